"""Addresses in the configuration: the hook's own, its tenants', its database's."""

import pytest

from tests.support.config_trial import Trial

PUBLIC = "https://hook.example.org"
ISSUER = "https://kauri.vii.nz01.mattr.global"
DATABASE = "sqlite:///hook.db"
RETURN = "return_origins = []"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://sentinel.example.org", "localhost"),
        ("http://127.0.0.1:8000", "localhost"),
        ("https://203.0.113.9", "IP address"),
        ("https://[2001:db8::9]", "IP address"),
        ("https://sentinel.example.org/hooks", "only scheme and host"),
        ("https://sentinel.example.org?tenant=kauri", "only scheme and host"),
        ("https://sentinel.example.org#top", "only scheme and host"),
        ("https://me@sentinel.example.org", "only scheme and host"),
        ("sentinel.example.org", "a URL such as"),
        ("ftp://sentinel.example.org", "a URL such as"),
        ("https://", "a URL such as"),
        ("https://sentinel.example.org:port", "a URL such as"),
    ],
)
def test_a_public_url_that_cannot_work_is_refused_with_what_would_be_right(
    trial: Trial, url: str, words: str
) -> None:
    error = trial.refusal((PUBLIC, url))
    (mistake,) = error.mistakes
    assert mistake.key == "public_url"
    assert words in mistake.problem
    assert url == "https://" or url not in str(error)


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://sentinel.example.org", "https://sentinel.example.org"),
        ("https://sentinel.example.org/", "https://sentinel.example.org"),
        ("https://sentinel.example.org:443", "https://sentinel.example.org"),
        ("https://sentinel.example.org:8443", "https://sentinel.example.org:8443"),
        ("https://Sentinel.example.org", "https://sentinel.example.org"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://localhost", "http://localhost"),
    ],
)
def test_a_public_url_is_taken_as_browsers_write_it_in_origin(
    trial: Trial, url: str, taken: str
) -> None:
    config = trial.load((PUBLIC, url))
    assert config.public_url == taken
    assert config.tenants["kauri"].hook_url == f"{taken}/kauri"


@pytest.mark.parametrize(
    "url",
    [
        "https://sentinel.example.org ",
        "https://senti nel.example.org",
        "https://2130706433",
        "https://127.1",
    ],
    ids=["space at the end", "space inside", "IP as a number", "short IP"],
)
def test_a_public_url_without_a_host_name_that_browsers_know_is_refused(
    trial: Trial, url: str
) -> None:
    assert list(trial.mistakes((PUBLIC, url))) == ["public_url"]


@pytest.mark.parametrize(
    ("url", "words"),
    [("http://sentinel.example", "localhost"), ("sentinel.example", "a URL such as")],
)
def test_an_issuer_that_is_no_secure_url_is_refused(trial: Trial, url: str, words: str) -> None:
    error = trial.refusal((ISSUER, url))
    assert [mistake.key for mistake in error.mistakes] == ["tenants.kauri.issuers[0]"]
    assert words in str(error)


@pytest.mark.parametrize("url", ["https://sentinel.example/", "http://localhost:9000"])
def test_an_issuer_is_kept_as_written_for_it_is_compared_exactly(trial: Trial, url: str) -> None:
    assert trial.load((ISSUER, url)).tenants["kauri"].issuers == (url,)


def test_a_custom_domain_is_one_more_issuer(trial: Trial) -> None:
    both = f'"{ISSUER}", "https://id.kauri.example"'
    issuers = trial.load((f'"{ISSUER}"', both)).tenants["kauri"].issuers
    assert issuers == (ISSUER, "https://id.kauri.example")


def test_the_hooks_own_url_cannot_be_an_issuer(trial: Trial) -> None:
    """Else an answer of the hook could be sent back to it as an arrival."""
    assert list(trial.mistakes((ISSUER, f"{PUBLIC}/kauri"))) == ["tenants.kauri.issuers"]
    assert trial.load((ISSUER, f"{PUBLIC}/rimu"))


def test_audiences_are_further_spellings_of_the_hook_url(trial: Trial) -> None:
    tenant = trial.load((RETURN, f'audiences = ["{PUBLIC}/kauri/"]')).tenants["kauri"]
    assert tenant.audiences == (f"{PUBLIC}/kauri", f"{PUBLIC}/kauri/")
    assert tenant.hook_url == f"{PUBLIC}/kauri"


def test_an_audience_cannot_be_an_issuer_too(trial: Trial) -> None:
    found = trial.mistakes((RETURN, f'audiences = ["{ISSUER}"]'))
    assert list(found) == ["tenants.kauri.issuers"]
    assert trial.load((RETURN, f'audiences = ["{ISSUER}/other"]'))


def test_an_empty_audience_is_refused(trial: Trial) -> None:
    assert list(trial.mistakes((RETURN, 'audiences = [""]'))) == ["tenants.kauri.audiences[0]"]


@pytest.mark.parametrize(
    "url",
    [
        "https://sentinel.example/callback",
        "https://sentinel.example?x=1",
        "http://sentinel.example",
        "wallet://callback",
        "sentinel.example",
    ],
)
def test_a_return_origin_is_scheme_and_host_and_nothing_more(trial: Trial, url: str) -> None:
    error = trial.refusal((RETURN, f'return_origins = ["{url}"]'))
    assert [mistake.key for mistake in error.mistakes] == ["tenants.kauri.return_origins[0]"]
    assert url not in str(error)


@pytest.mark.parametrize(
    ("url", "taken"),
    [
        ("https://Sentinel.example/", "https://sentinel.example"),
        ("https://sentinel.example:8443", "https://sentinel.example:8443"),
        ("http://localhost:9000", "http://localhost:9000"),
    ],
)
def test_a_good_return_origin_is_accepted(trial: Trial, url: str, taken: str) -> None:
    tenant = trial.load((RETURN, f'return_origins = ["{url}"]')).tenants["kauri"]
    assert tenant.return_origins == (taken,)


@pytest.mark.parametrize(
    "url",
    [
        "postgres://me:sentinel@db/hook",
        "postgresql+psycopg2://me:sentinel@db/hook",
        "mysql://me:sentinel@db/hook",
        "sqlite://sentinel.db",
        "",
    ],
)
def test_a_database_that_the_hook_does_not_know_is_refused(trial: Trial, url: str) -> None:
    error = trial.refusal((DATABASE, url))
    assert [mistake.key for mistake in error.mistakes] == ["database"]
    assert "sqlite:///" in str(error)
    assert "postgresql://" in str(error)
    assert "sentinel" not in str(error)


@pytest.mark.parametrize(
    "url", ["sqlite:///hook.db", "sqlite:////var/lib/hook.db", "postgresql://me:x@db:5432/hook"]
)
def test_a_database_that_the_hook_knows_is_accepted(trial: Trial, url: str) -> None:
    assert trial.load((DATABASE, url)).database == url


@pytest.mark.parametrize("url", ["postgresql://me@db:sentinel/hook", "sqlite:///:memory:"])
def test_a_database_url_that_cannot_serve_is_refused_at_the_check(trial: Trial, url: str) -> None:
    error = trial.refusal((DATABASE, url))
    assert [mistake.key for mistake in error.mistakes] == ["database"]
    assert "sentinel" not in str(error)


@pytest.mark.parametrize("slug", ["Kauri", "kauri_nz", "static", "healthz", "readyz", "-k"])
def test_a_tenants_name_in_the_url_has_small_letters_and_is_not_taken(
    trial: Trial, slug: str
) -> None:
    changes = [("tenants.kauri", f'tenants."{slug}"')] * 4
    assert list(trial.mistakes(*changes)) == [f"tenants.{slug}"]


def test_a_good_name_in_the_url_is_the_path_of_the_hook_url(trial: Trial) -> None:
    changes = [("tenants.kauri", 'tenants."kauri-nz2"')] * 4
    tenant = trial.load(*changes).tenants["kauri-nz2"]
    assert tenant.hook_url == f"{PUBLIC}/kauri-nz2"
