"""The errors of the local Instagram, in the form in which the Graph API answers them.

Each named error is a code, a subcode and the words of the platform. Which call answers which is the server's
business.
"""

from dataclasses import dataclass
from typing import Any

from content_pipeline.storage.records import stable_id


@dataclass(frozen=True)
class GraphProblem:
    """An error to answer with.

    Args:
        code: of the Graph API; 0 is never used.
        subcode: says more where the code alone is ambiguous.
        message: for developers.
        title: for users; left out of the body when empty.
        user_message: for users; left out of the body when empty.
        is_transient: whether the same request may succeed later.
        http_status: of the answer; the API says 400 for almost everything.
    """

    code: int
    subcode: int | None = None
    message: str = "An unknown error has occurred."
    title: str = ""
    user_message: str = ""
    is_transient: bool = False
    http_status: int = 400

    def body(self, request: str) -> dict[str, Any]:
        """Return the answer's body; the trace id depends on ``request``, so a replay has the same one."""
        error: dict[str, Any] = {"message": self.message, "type": "OAuthException", "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        error["is_transient"] = self.is_transient
        if self.title:
            error["error_user_title"] = self.title
        if self.user_message:
            error["error_user_msg"] = self.user_message
        error["fbtrace_id"] = "A" + stable_id("trace", request, self.code, self.subcode).split("_")[-1]
        return {"error": error}

    @classmethod
    def from_body(cls, error: dict[str, Any]) -> "GraphProblem":
        """Read an error object as an administrator posts it.

        Raises:
            ValueError: it has no integer ``code``, or its ``http_status`` is none of an error.
        """
        code = error.get("code")
        if not isinstance(code, int) or isinstance(code, bool):
            raise ValueError("an error needs an integer code")
        subcode = error.get("error_subcode")
        http_status = int(error.get("http_status", 400))
        if not 400 <= http_status <= 599:
            raise ValueError("an error's http_status goes from 400 to 599")
        return cls(
            code,
            int(subcode) if subcode is not None else None,
            message=str(error.get("message", "An injected error.")),
            is_transient=error.get("is_transient") is True,
            http_status=http_status,
        )


class Refused(Exception):  # noqa: N818 - it is an answer, not a failure of the server
    """A call that is answered with an error."""

    def __init__(self, problem: GraphProblem) -> None:
        super().__init__(problem.message)
        self.problem = problem


NO_TOKEN = GraphProblem(
    190, message="Invalid OAuth access token - Cannot parse access token", http_status=401
)
EXPIRED_TOKEN = GraphProblem(190, 463, "Error validating access token: Session has expired.", http_status=401)
CAPTION_TOO_LONG = GraphProblem(
    36004,
    2207010,
    "The caption was too long.",
    "Caption is too long",
    "A caption can have up to 2,200 characters, 30 hashtags and 20 @ tags.",
)
TOO_MANY_TAGS = GraphProblem(
    100,
    2207040,
    "Cannot use more tags.",
    "Too many tags",
    "A caption can have up to 30 hashtags and 20 @ tags.",
)
UNKNOWN_MEDIA_TYPE = GraphProblem(
    100, 2207023, "The media type is unknown.", "Unknown media type", "Use REELS with upload_type=resumable."
)
TOO_MANY_CONTAINERS = GraphProblem(
    9, 2207042, "(#9) Application request limit reached", "Too many containers", "At most 400 in 24 hours."
)
QUOTA_REACHED = GraphProblem(
    9,
    2207042,
    "(#9) Application request limit reached",
    "Daily limit reached",
    "You reached the maximum number of posts that can be published by content publishing.",
)
NOT_READY = GraphProblem(
    9007,
    2207027,
    "The media is not ready to be published.",
    "Media not ready",
    "The media is not ready for publishing, please wait a moment.",
)
UNKNOWN_CONTAINER = GraphProblem(
    24,
    2207008,
    "The requested resource does not exist",
    "Media builder does not exist or has expired",
    "The media builder with this creation id does not exist or has expired.",
)


def unknown_object(object_id: str) -> GraphProblem:
    """Return the error for an object that does not exist or that the token may not see."""
    return GraphProblem(
        100,
        33,
        f"Unsupported request. Object with ID '{object_id[:80]}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation.",
    )


def invalid_parameter(reason: str) -> GraphProblem:
    """Return the error for a parameter that the call does not take."""
    return GraphProblem(100, message=f"(#100) {reason}")
