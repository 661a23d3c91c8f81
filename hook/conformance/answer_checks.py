"""The checks of the answer, of a refusal, and of what comes after both."""

from hook.conformance import answers
from hook.conformance.answers import Rule
from hook.conformance.checks import (
    ARRIVES,
    Check,
    Group,
    Judgement,
    Level,
    failed,
    not_concerned,
    not_judged,
    unless,
)
from hook.conformance.run import Run
from hook.conformance.urls import is_same_place

MUST, SHOULD, NOTE = Level.MUST, Level.SHOULD, Level.NOTE
CANCELS = "cancel-comes-back"
_WALK = "a whole journey, with the first choice on every page"
_CANCEL = "a journey that is cancelled at its first page"
_HELP = (
    "Give what it asks for with --field; or finish by hand, with --link and --answer-url, or with "
    "--listen"
)
_PLATFORM = "documents of the platform"


def _arrives(run: Run) -> Judgement:
    answer = run.answer
    if answer is None:
        return not_judged(run.masked(f"{run.journey.walked.stuck}. {_HELP}"))
    if not is_same_place(answer.url, run.target.return_url):
        return failed("the browser was sent to another address than redirectUrl")
    return unless("" if answer.payload else "there is no token in the address that can be read")


def _cancels(run: Run) -> Judgement:
    if run.refusal is None:
        journey = run.cancelled
        pressed = journey.walked.landing is not journey.visit.landing
        return (failed if pressed else not_judged)(journey.walked.stuck)
    return unless("" if "error" in run.refusal.payload else "the answer is no refusal")


def _sound_refusal(run: Run) -> Judgement:
    refusal = run.refusal
    if refusal is None:
        return not_judged("no refusal came")
    complaints = (rule(run, refusal) for rule in answers.RULES)
    return unless("; ".join(filter(None, complaints)))


def _echoes(run: Run) -> Judgement:
    claims = run.answer.payload.get("claims") if run.answer is not None else None
    told = claims if isinstance(claims, dict) else {}
    missing = object()
    same = [name for name, each in run.target.claims.items() if told.get(name, missing) == each]
    return unless(f"claims of the arrival that came back unchanged: {len(same)}" if same else "")


def _answer(name: str, rule: Rule, source: str, text: str, mend: str, level: Level = MUST) -> Check:
    def judge(run: Run) -> Judgement:
        if run.answer is None:
            return not_judged("no answer came")
        return unless(rule(run, run.answer))

    return Check(name, Group.ANSWER, level, source, text, _WALK, mend, judge, twin=ARRIVES)


def _error_text(run: Run) -> Judgement:
    if run.answer is None or "error" not in run.answer.payload:
        return not_concerned("the answer has claims")
    return unless(answers.error_text(run, run.answer))


REFUSAL = (
    Check(
        CANCELS, Group.REFUSAL, SHOULD, _PLATFORM,
        "goes back with a refusal when the visitor cancels", _CANCEL,
        "Give every page a way to cancel that ends at redirectUrl, with error in place of claims.",
        _cancels,
    ),
    Check(
        "refusal-sound", Group.REFUSAL, SHOULD, _PLATFORM,
        "makes a refusal as it makes every answer, with error in place of claims", _CANCEL,
        "Use the same code for both; error is an object with a text as message.",
        _sound_refusal, twin=CANCELS,
    ),
)  # fmt: skip

ANSWER = (
    Check(
        ARRIVES, Group.ANSWER, MUST, _PLATFORM, "ends at redirectUrl, with a session_token",
        _WALK, "Send the browser to redirectUrl with GET, session_token added to its query.",
        _arrives,
    ),
    _answer(
        "answer-own-query", answers.address, "RFC 3986 section 3.4",
        "keeps redirectUrl's own query and adds one session_token",
        "Build the address with a URL library; do not glue “?session_token=” to it.",
    ),
    _answer(
        "answer-signature", answers.signature, "RFC 7515 section 5.2",
        "signs with HS256 and the secret that the arrival was signed with",
        "Decode the secret from standard base64, and sign with HS256.",
    ),
    _answer(
        "answer-issuer", answers.issuer, _PLATFORM, "puts the aud of the arrival into iss",
        "Copy aud of the arrival into iss.",
    ),
    _answer(
        "answer-audience", answers.audience, _PLATFORM, "puts the iss of the arrival into aud",
        "Copy iss of the arrival into aud, as a text.",
    ),
    _answer(
        "answer-state", answers.state, _PLATFORM, "sends state back to the letter",
        "Copy state; do not change, cut or decode it.",
    ),
    _answer(
        "answer-dates", answers.dates, "RFC 7519 section 2",
        "sends iat and exp as whole seconds", "Round the time down to seconds since 1970.",
    ),
    _answer(
        "answer-lifetime", answers.lifetime, _PLATFORM, "makes answers that live a minute",
        "Set exp to iat + 60.",
    ),
    _answer(
        "answer-is-now", answers.now, "RFC 7519 section 4.1.4",
        "signs the answer when it sends it", "Sign when the browser leaves, with a right clock.",
    ),
    _answer(
        "answer-one-outcome", answers.one_outcome, _PLATFORM,
        "sends claims or an error, never both, as an object",
        "Send claims, which may be empty, or error.",
    ),
    Check(
        "answer-error-text", Group.ANSWER, MUST, _PLATFORM, "says in a text why it refuses",
        _WALK, "Send error as an object with a text as message.", _error_text, twin=ARRIVES,
    ),
    _answer(
        "answer-persist", answers.persisted, _PLATFORM,
        "names in claimsToPersist only claims that it sends",
        "Leave claimsToPersist empty, or name claims of this answer.",
    ),
    _answer(
        "answer-length", answers.length, _PLATFORM,
        f"keeps the whole address within {answers.URL_MOST:,} characters",
        "Send fewer or shorter claims; no images.", SHOULD,
    ),
    _answer(
        "answer-no-store", answers.kept_nowhere, "OWASP ASVS 14.3.2",
        "lets nobody store the page that leads back",
        "Send Cache-Control: no-store with it, or redirect.", SHOULD,
    ),
    Check(
        "arrival-not-echoed", Group.ANSWER, NOTE, "OWASP ASVS 15.3.3",
        "sends what it collected, and not what the tenant knows already", _WALK,
        "Leave out claims of the arrival, unless a mapping of the tenant needs them from here.",
        _echoes, twin=ARRIVES,
    ),
)  # fmt: skip
