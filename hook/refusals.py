"""The table of refusals: how a journey can end, and what visitors read then."""

from dataclasses import dataclass

COMPLETED = "completed"
"""The outcome that is no refusal."""

#: The one table of refusals: `error.message` of an answer is one of these codes, nothing else.
ANSWER_CODES: dict[str, str] = {
    "user_cancelled": "The visitor cancelled.",
    "not_me": "The visitor said that the journey is somebody else’s.",
    "terms_declined": "The visitor declined the terms.",
    "subject_missing": "The arrival does not say who the visitor is.",
    "answer_too_long": "The claims do not fit into the return URL.",
    "factor_locked": "Too many wrong guesses at a second factor, or at a code by mail.",
    "factor_not_enrolled": "The visitor has no second factor, and may not set one up here.",
    "factor_too_new": "The visitor’s second factor was set up too recently to count.",
    "factor_unavailable": "No second factor is left that could count.",
    "email_missing": "The arrival has no e-mail address that a code can be sent to.",
    "lookup_failed": "A system that the hook asks gave no usable answer.",
    "handoff_failed": "Another component gave no usable answer.",
    "refused_elsewhere": "A system or component that the hook asks refused the visitor.",
    "step_failed": "A step failed; the reason is in the hook’s log.",
}


@dataclass(frozen=True)
class Stopped:
    """What a visitor reads when a journey was refused; `todo` where no better time is known."""

    title: str
    happened: str
    todo: str
    later: str = "Go back to your wallet now, and start again then."


_ASK = "Go back to your wallet, and ask the organisation for help."

#: What visitors read before they go back, where an answer's code alone would leave them puzzled.
STOPPED: dict[str, Stopped] = {
    "factor_locked": Stopped(
        "Too many tries",
        "To protect you, we stopped here. For now even the right answer won’t do. If you have set "
        "up another way to confirm, you can start again with that one at once.",
        _ASK,
    ),
    "factor_not_enrolled": Stopped(
        "You need another way to confirm",
        "This credential is only for people who have set up a passkey or an authenticator app "
        "before, and you haven’t.",
        "Go back to your wallet, and ask the organisation how to set one up.",
    ),
    "factor_too_new": Stopped(
        "Come back a little later",
        "What you confirm with is set up, but only since recently. To protect you from somebody "
        "who has got hold of your login, it counts only after a while.",
        _ASK,
    ),
    "factor_unavailable": Stopped(
        "We can’t confirm that it’s you",
        "There is nothing left that you could confirm with here.",
        _ASK,
    ),
    "lookup_failed": Stopped(
        "We couldn’t check this",
        "We have to ask another system before you can get this credential, and it doesn’t answer.",
        "Go back to your wallet, and try again later.",
    ),
    "handoff_failed": Stopped(
        "That step didn’t work",
        "We had sent you to another page, and what came back from there can’t be used.",
        "Go back to your wallet, and try again later. If it happens again, ask the organisation.",
    ),
    "refused_elsewhere": Stopped(
        "You can’t get this credential now",
        "A system that we asked says no. It didn’t tell us why.",
        _ASK,
    ),
    "email_missing": Stopped(
        "We have no e-mail address of yours",
        "We would send you a code, but don’t know where to.",
        "Go back to your wallet, and ask the organisation to add your e-mail address.",
    ),
}
