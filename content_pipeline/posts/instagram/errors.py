"""What an error of the Instagram Graph API means and what to do about it: the only place that knows codes.

Errors are told apart by code, subcode and ``is_transient``, never by their text, which depends on the
account's language. What the publisher does for an action is in ``publisher``; how often a read is tried again
is in ``metrics``.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

TOO_MANY_REQUESTS = 429
DELETION_FAILED = 2207085
STATUS_SUBCODE = re.compile(r"\b22070\d\d\b")


class Action(StrEnum):
    """What to do about an error."""

    RETRY_SAME = "retry_same"  # the same request again, a little later
    NEW_CONTAINER = "new_container"  # the container is of no use: make another
    WAIT = "wait"  # a limit was reached: call nothing for a while
    ACCOUNT_ACTION = "account_action"  # a person has to do something about the account, the token or the app
    PERMANENT = "permanent"  # the same request will never succeed
    DELIVERY_UNKNOWN = "delivery_unknown"  # it may have taken effect: look before anything else


@dataclass(frozen=True)
class Rule:
    """What to do, a sentence that a person can act on, and the pause before the next call."""

    action: Action
    advice: str
    wait_minutes: int = 1


class GraphError(Exception):
    """The API answered with an error; ``retry_after_minutes`` is the pause that it asked for, if it did."""

    def __init__(
        self,
        code: int,
        subcode: int | None = None,
        *,
        message: str = "",
        is_transient: bool = False,
        http_status: int = 400,
        fbtrace_id: str | None = None,
        retry_after_minutes: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.subcode = subcode
        self.message = message
        self.is_transient = is_transient
        self.http_status = http_status
        self.fbtrace_id = fbtrace_id
        self.retry_after_minutes = retry_after_minutes

    def __str__(self) -> str:
        """Return the codes, the API's words and the trace id that Meta's support asks for."""
        codes = f"{self.code}/{self.subcode}" if self.subcode else str(self.code)
        trace = f" [fbtrace {self.fbtrace_id}]" if self.fbtrace_id else ""
        return f"Instagram error {codes} (HTTP {self.http_status}): {self.message}{trace}"

    @property
    def rule(self) -> Rule:
        """Return what to do about this error."""
        return rule_for(self.code, self.subcode, self.is_transient, self.http_status)


class DeliveryUnknown(Exception):  # noqa: N818 - it is not known to be an error
    """A request was sent and no readable answer came: whether it took effect has to be looked up."""


def rule_for(
    code: int, subcode: int | None = None, is_transient: bool = False, http_status: int = 400
) -> Rule:
    """Return the rule for a code: that of the pair, else of the code alone, else by the answer's own flags.

    What nobody knows and nothing calls transient is permanent: guessing could post twice.
    """
    known = RULES.get((code, subcode)) or RULES.get((code, None))
    if known is not None:
        return known
    if http_status == TOO_MANY_REQUESTS:
        return RULES[4, None]
    return TRANSIENT if is_transient else UNKNOWN


def rule_for_container(status: str | None) -> Rule:
    """Return the rule for a container that ended in ERROR, from the subcode in its status text.

    A container's failure carries no error object. One without a known subcode is worth another container: it
    never went live.
    """
    found = STATUS_SUBCODE.search(status or "")
    return BY_SUBCODE.get(int(found.group()), NEW_CONTAINER) if found else NEW_CONTAINER


def rule_for_deletion(error: GraphError) -> Rule:
    """Return the rule for an error that taking a post down was answered with.

    Deletions have failed with a container's subcode 2207085 for months until Meta mended it, and then went through.
    """
    if error.subcode == DELETION_FAILED:
        return _retry("Instagram failed to delete the post; it is tried again.", 5)
    return error.rule


def _retry(advice: str, minutes: int = 1) -> Rule:
    return Rule(Action.RETRY_SAME, advice, minutes)


def _renew(advice: str) -> Rule:
    return Rule(Action.NEW_CONTAINER, advice)


def _wait(advice: str, minutes: int) -> Rule:
    return Rule(Action.WAIT, advice, minutes)


def _account(advice: str) -> Rule:
    return Rule(Action.ACCOUNT_ACTION, advice)


def _permanent(advice: str) -> Rule:
    return Rule(Action.PERMANENT, advice)


def _unknown(advice: str, minutes: int = 1) -> Rule:
    return Rule(Action.DELIVERY_UNKNOWN, advice, minutes)


TRANSIENT = _retry("Instagram says that the failure will pass; it is tried again.")
UNKNOWN = _permanent("This error is in no list; look it up by its code and trace id before posting again.")
NEW_CONTAINER = _renew(
    "Instagram could not process the video and gave no usable reason; it is uploaded again."
)

_LOGIN = "log the account in again and replace its token; check too that the token belongs to this host."

RULES: dict[tuple[int, int | None], Rule] = {
    # Instagram's publishing codes (Meta, "Error Codes", updated 2026-06-02).
    (-2, 2207003): _renew("Instagram took too long to fetch the video; it is uploaded again."),
    (-2, 2207020): _renew("The uploaded video has expired; it is uploaded again."),
    (-1, None): _retry("Instagram's server failed; it is tried again."),
    (-1, 2207001): _retry("Instagram's server failed; it is tried again."),
    (-1, 2207032): _retry("Instagram could not create the media; it is tried again."),
    (-1, 2207053): _renew("The upload failed for an unknown reason; it is uploaded again."),
    (1, 2207057): _permanent("The cover's moment lies outside the video; choose an earlier one."),
    # A post answered with this has been seen live, so it is looked up before anything else.
    (4, 2207051): _unknown("Instagram suspects spam; post less often and vary the content.", 60),
    (9, 2207042): _wait(
        "The account's daily limit of API posts is reached; wait until posts leave the window.", 60
    ),
    (24, 2207006): _renew("Instagram does not find the uploaded video; it is uploaded again."),
    # Meta calls it temporary: once more after half a minute to two. An expired container shows in its status.
    (24, 2207008): _retry("Instagram does not find the uploaded video yet; it is tried again.", 2),
    (25, 2207050): _account(
        "The account is restricted, inactive or checkpointed; open the Instagram app and resolve it."
    ),
    (100, 2207023): _permanent("The media type is not known to Instagram; it has to be REELS."),
    (100, 2207028): _permanent("A carousel needs two to ten items."),
    (100, 2207035): _permanent("A product tag has no position or a wrong one; correct the tag."),
    (100, 2207036): _permanent("Product tags need a position on a photo; correct the tag."),
    (100, 2207037): _permanent("A tagged product is not available; remove the tag."),
    (100, 2207040): _permanent("The caption mentions more than 20 accounts; remove some."),
    (100, 2207065): _permanent("A field was asked for that this kind of media does not have."),
    (100, 2207067): _permanent("Videos can be posted as REELS only."),
    (352, 2207026): _permanent(
        "Instagram does not support the video's format; render it as H.264 and AAC in MP4."
    ),
    (9004, 2207052): _retry("Instagram could not fetch the media; it is tried again."),
    (9007, 2207027): _retry("Instagram has not finished processing the video; it is tried again."),
    (36000, 2207004): _permanent("The picture is larger than 8 MiB; make it smaller."),
    (36001, 2207005): _permanent("The picture's format is not supported; use JPEG."),
    (36003, 2207009): _permanent("The picture's aspect ratio is outside 4:5 to 1.91:1; crop it."),
    (36004, 2207010): _permanent("The caption is too long; shorten it to 2,200 characters."),
    (10, 2207078): _permanent(
        "The limit of trial reels is reached; post it as a regular reel or another day."
    ),
    (10, 2207081): _permanent("The account may not post trial reels; post it as a regular reel."),
    (10, 9053): _permanent("Replacing the sound of an advertised reel is not allowed."),
    (110, 2207013): _permanent("A tagged user does not exist; correct the name."),
    (110, 2207018): _permanent("A tagged user is private or misspelt; correct the name."),
    # Graph API codes (Meta, "Handling Errors").
    (1, None): _retry("Instagram's API is down or failed for an unknown reason; it is tried again."),
    (2, None): _retry("Instagram's API is overloaded; it is tried again."),
    (3, None): _account("The app lacks a capability; check its products and permissions."),
    (4, None): _wait("The app has made too many calls; calls stop for a while.", 15),
    (9, None): _wait("A limit of the account is reached; calls stop for a while.", 60),
    (10, None): _account(
        "The app has no permission for this; check the token's scopes and the app's review."
    ),
    (17, None): _wait("The user has made too many calls; calls stop for a while.", 15),
    (24, None): _renew("Instagram does not find the uploaded video; it is uploaded again."),
    (25, None): _account("The account may not publish now; open the Instagram app and resolve it."),
    (32, None): _wait("The page's limit of calls is reached; calls stop for a while.", 15),
    # Reads of a post that is live have failed with this pair, so it proves nothing.
    (100, 33): _unknown(
        "Instagram does not show the object: it does not exist, or the token may not see it."
    ),
    (100, 2108006): _permanent(
        "The post is older than the account's change to a professional one and has no insights."
    ),
    (100, None): _permanent("A parameter of the request is not valid; the message names it."),
    (102, None): _account(f"The session has ended; {_LOGIN}"),
    (190, 458): _account(f"The person has removed the app; {_LOGIN}"),
    (190, 459): _account("The person has to confirm the account on facebook.com and then log in again."),
    (190, 460): _account(f"The password was changed; {_LOGIN}"),
    (190, 463): _account(f"The token has expired; {_LOGIN}"),
    (190, 464): _account("The person has to confirm the account on facebook.com and then log in again."),
    (190, 467): _account(f"The token is not valid any more; {_LOGIN}"),
    (190, 492): _account("The person has lost the role on the page; give it back and log in again."),
    (190, None): _account(f"The token is not valid; {_LOGIN}"),
    (341, None): _wait("The app's limit is reached; calls stop for a while.", 60),
    (368, None): _account(
        "The account is blocked for a while for breaking a policy; resolve it in the Instagram app."
    ),
    (506, None): _permanent("Instagram takes it for a duplicate of an earlier post; change the content."),
    (613, None): _wait("A limit of calls is reached; calls stop for a while.", 15),
    (803, None): _permanent("The object does not exist."),
    (80001, None): _wait("The account's hourly limit of calls is reached; calls stop for a while.", 60),
    (80002, None): _wait("The account's limit of calls is reached; calls stop for a while.", 60),
    (80006, None): _wait("The account's limit of messaging calls is reached; calls stop for a while.", 60),
    **{
        (code, None): _account("The app or the token lacks a permission; check scopes and roles.")
        for code in range(200, 300)
    },
}

# Seen only in the status text of a container, without a code of their own; undocumented. All of them are
# failures of processing that a second upload has cured.
_PROCESSING = _renew(
    "Instagram could not process the video; check format, length and sound if it fails again."
)
BY_SUBCODE: dict[int, Rule] = {subcode: rule for (_, subcode), rule in RULES.items() if subcode} | {
    2207076: _PROCESSING,
    2207077: _PROCESSING,
    2207082: _PROCESSING,
    2207085: _PROCESSING,
    # In a finished container these speak of media that Instagram could not get: another request changes
    # nothing.
    2207001: _renew("Instagram's server failed while it processed the video; it is uploaded again."),
    2207032: _renew("Instagram could not create the media; it is uploaded again."),
    2207052: _renew("Instagram could not fetch the media; it is uploaded again."),
}
