"""What people want and what their addresses do, and the audit of what was done, in memory."""

from distributor.ledger.memory.state import State, at_rest, locked
from distributor.ledger.records import (
    AttemptRecord,
    AuditRecord,
    BounceRecord,
    ConsentRecord,
    DeliveryStatus,
    PreferenceRecord,
    SuppressionRecord,
)
from distributor.ledger.states import PERMANENT, RETURNABLE


class MemoryPeople:
    state: State

    @locked
    def suppress(self, suppression: SuppressionRecord) -> bool:
        key = (suppression.channel, suppression.address)
        is_new = key not in self.state.suppressions
        self.state.suppressions.setdefault(key, at_rest(suppression))
        return is_new

    @locked
    def lift_suppression(self, channel: str, address: str) -> bool:
        return self.state.suppressions.pop((channel, address), None) is not None

    @locked
    def suppressions(self) -> tuple[SuppressionRecord, ...]:
        return tuple(self.state.suppressions[key] for key in sorted(self.state.suppressions))

    @locked
    def record_preference(self, preference: PreferenceRecord) -> None:
        self.state.preferences[preference.recipient_id] = at_rest(preference)

    @locked
    def preferences(self) -> dict[str, PreferenceRecord]:
        return dict(self.state.preferences)

    @locked
    def record_consent(self, consent: ConsentRecord) -> None:
        self.state.consents[consent.recipient_id, consent.channel] = at_rest(consent)

    @locked
    def consents(self) -> tuple[ConsentRecord, ...]:
        return tuple(self.state.consents[key] for key in sorted(self.state.consents))

    @locked
    def record_bounce(self, bounce: BounceRecord, *, who: str) -> bool:
        if bounce.bounce_id in self.state.bounces:
            return False
        self.state.bounces[bounce.bounce_id] = at_rest(bounce)
        one = self.state.deliveries.get(bounce.key)
        if bounce.kind != PERMANENT or one is None or one.status not in RETURNABLE:
            return True
        status = DeliveryStatus.bounced
        self.state.change(
            one,
            status=status,
            reason=bounce.reason,
            next_attempt_at=None,
            lease_owner="",
            lease_until_at=None,
            updated_at=bounce.at,
        )
        came_back = AttemptRecord(
            key=bounce.key, at=bounce.at, status=status, reason=bounce.reason, code=bounce.code, who=who
        )
        self.state.add_attempts([came_back])
        return True

    @locked
    def bounces(self, channel: str = "", address: str = "") -> tuple[BounceRecord, ...]:
        found = [
            one
            for one in self.state.bounces.values()
            if (not channel or one.channel == channel) and (not address or one.address == address)
        ]
        return tuple(sorted(found, key=lambda one: (one.at, one.bounce_id)))


class MemoryAudit:
    state: State

    @locked
    def record_audit(self, audit: AuditRecord) -> None:
        self.state.audit.append(at_rest(audit))

    @locked
    def audit(self, subject: str = "") -> tuple[AuditRecord, ...]:
        return tuple(one for one in self.state.audit if not subject or one.subject == subject)
