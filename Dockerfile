# Two stages: what installs packages stays out of the image that faces visitors.
# Pin both to a digest when deploying (python:3.11-slim@sha256:…); a tag moves.
FROM python:3.11-slim AS packages
WORKDIR /build
COPY requirements.txt requirements-postgres.txt ./
RUN python -m venv --without-pip /venv \
    && python -m pip --python /venv/bin/python install --no-cache-dir --require-hashes \
       --only-binary :all: -r requirements.txt -r requirements-postgres.txt

FROM python:3.11-slim
# Python would try to write its cache beside the code, which this user may not and need not do.
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOOK_BIND=0.0.0.0:8000
RUN useradd --system --uid 10001 --no-create-home hook && install -d -o hook -g hook /data
COPY --from=packages /venv /venv
WORKDIR /hook
COPY app.py gunicorn.conf.py ./
COPY hook hook
COPY templates templates
COPY static static
# Configuration and secrets come at run time: the file HOOK_CONFIG names, and the environment.
# Everything but /data and /tmp may be mounted read-only.
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["gunicorn", "-c", "gunicorn.conf.py", "app:app"]
