"""A recipient of a branch's pack."""

from dataclasses import dataclass

from recipients.people import Recipient, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A recipient of a branch's pack, and the roles that give it, in the recipient's order.

    Attributes:
        fallback: How it came to somebody who does not hold a role of the audience: "region_leader of region, because
            nobody is branch_leader"; empty for those who do.
    """

    recipient: Recipient
    roles: tuple[Role, ...]
    fallback: str = ""

    @property
    def role_names(self) -> tuple[str, ...]:
        """Names of the roles, once each."""
        return tuple(dict.fromkeys(role.name for role in self.roles))
