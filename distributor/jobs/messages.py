"""The message of a delivery, from what is stored: the same bytes whenever and by whomever it is composed."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from channels.message import Message
from distributor.dispatch.compose import as_attachment, compose_message
from distributor.dispatch.text_message import as_sentence, text_message
from distributor.dispatch.unsubscribe import Unsubscription, sign_unsubscription
from distributor.errors import RunError
from distributor.ledger.port import PSEUDONYM_MARK, DeliveryFilter, Ledger
from distributor.ledger.records import DeliveryRecord, Group, Kind, LetterRecord, PackRecord, Relation, RunRecord
from distributor.packs.store import ArtifactStore
from renderers.pack import Artifact, Format

_SMS = "sms"
_ENDINGS = {"pdf": ".pdf", "xlsx": ".xlsx"}
_KEPT = 8  # packs in memory: the recipients of one follow each other


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What a message says and carries."""

    text: bytes
    html: bytes | None = None
    blocks: str = ""
    images: Sequence[Artifact] = ()
    files: Sequence[Artifact] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Composer:
    """Makes messages from the ledger and the artifact store.

    Attributes:
        branch_names: What branches are called; one that is gone from the register goes by its id.
        public_url: Where readers reach the service; without it messages offer no link to unsubscribe.
        secret: That such links are signed with.
    """

    ledger: Ledger
    store: ArtifactStore
    branch_names: Mapping[str, str]
    public_url: str = ""
    secret: str = field(default="", repr=False)
    _packs: dict[tuple[str, str, str], tuple[PackRecord, dict[str, Artifact]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def compose(self, delivery: DeliveryRecord, run: RunRecord) -> Message:
        """Return the message of a delivery.

        Raises:
            RunError: Its pack is not made, or its address has been replaced.
            GuardError: A file is gone, was changed, or is another branch's.
        """
        if delivery.address.startswith(PSEUDONYM_MARK):
            raise RunError("it cannot be sent any more: its recipient was erased, or its address is no longer kept.")
        match delivery.kind:
            case Kind.letter:
                return self._letter(delivery, run)
            case Kind.alert:
                return self._alert(delivery, run)
            case Kind.pack:
                return self._pack_message(delivery, run)

    def _pack_message(self, delivery: DeliveryRecord, run: RunRecord) -> Message:
        pack, files = self._pack(run.run_id, delivery.branch_id, delivery.language)
        said = _summary(delivery, files) if delivery.formats == (Format.summary,) else _documents(delivery, files)
        return compose_message(
            branch_id=delivery.branch_id,
            branch_name=self.branch_names.get(delivery.branch_id, ""),
            title=pack.title,
            html=said.html,
            text=said.text,
            images=said.images,
            files=said.files,
            blocks=said.blocks,
            recipient_name=delivery.recipient_name,
            address=delivery.address,
            from_name=run.sender.name,
            from_address=run.sender.address,
            reply_to=run.sender.reply_to,
            delivery_key=delivery.key,
            # The run's own time: a message that is composed again is the same message, to the byte.
            now=run.started_at,
            language=delivery.language,
            list_id=_list_id(run),
            unsubscribe_url=self._unsubscribe_url(delivery, run),
            sha256={ref.name: ref.sha256 for ref in pack.artifacts},  # which the store has found them to have
        )

    def _unsubscribe_url(self, delivery: DeliveryRecord, run: RunRecord) -> str:
        if not self.public_url or run.test_address:
            return ""
        wish = Unsubscription(delivery_key=delivery.key, report=run.report)
        return f"{self.public_url}/unsubscribe/{sign_unsubscription(wish, secrets=(self.secret,))}"

    def _letter(self, delivery: DeliveryRecord, run: RunRecord) -> Message:
        letter = self.ledger.letter(delivery.key)
        files = self.store.fetch_all(letter.artifacts, branch_id=delivery.branch_id)
        return compose_message(
            branch_id="owner",
            branch_name=run.report,
            title=letter.subject,
            html=files.pop("letter.html").content,
            text=files.pop("letter.txt").content,
            images=[],
            files=list(files.values()),
            file_names=tuple(files),
            recipient_name=delivery.recipient_name,
            address=delivery.address,
            from_name=run.sender.name,
            from_address=run.sender.address,
            reply_to="",
            delivery_key=delivery.key,
            now=letter.written_at,
            language=delivery.language,
        )

    def _alert(self, delivery: DeliveryRecord, run: RunRecord) -> Message:
        letter = self.ledger.letter(delivery.key)
        files = self.store.fetch_all(letter.artifacts, branch_id=delivery.branch_id)
        if "letter.txt" not in files:
            raise RunError("the message of this alert cannot be sent: its files have been removed.")
        html, blocks = files.get("letter.html"), files.get("blocks.json")
        message = compose_message(
            branch_id=delivery.branch_id,
            branch_name=self.branch_names.get(delivery.branch_id, ""),
            title=letter.subject,
            html=html.content if html else None,
            text=files["letter.txt"].content,
            images=[],
            files=[],
            recipient_name=delivery.recipient_name,
            address=delivery.address,
            from_name=run.sender.name,
            from_address=run.sender.address,
            reply_to=run.sender.reply_to,
            delivery_key=delivery.key,
            now=letter.written_at,
            language=delivery.language,
            list_id=_list_id(run),
            unsubscribe_url=self._unsubscribe_url(delivery, run),
        )
        return replace(
            self._in_thread(message, letter),
            blocks=blocks.content.decode() if blocks else "",
            images=tuple(as_attachment(file, file.name) for file in files.values() if file.content_id),
        )

    def _in_thread(self, message: Message, letter: LetterRecord) -> Message:
        """Return a message with what its transport knows the one by that opened its thread."""
        match letter.relation:
            case Relation.root:
                return message
            case Relation.reply:
                root = self._root(letter)
                return replace(
                    message,
                    thread=self._transport_id(root.key),
                    references=(root.message_id,) if root.message_id else (),
                )
            case Relation.edit:
                transport_id = self._transport_id(letter.root_key)
                if not transport_id:
                    raise RunError("there is no message to be changed: nothing is known of the one it would replace.")
                return replace(message, replaces=transport_id)

    def _root(self, letter: LetterRecord) -> DeliveryRecord:
        found = self.ledger.deliveries(DeliveryFilter(keys=(letter.root_key,)))
        if not found:
            raise RunError(f"the message {letter.root_key} that this one answers is not in the ledger.")
        return found[0]

    def _transport_id(self, key: str) -> str:
        """Return by what the transport knows a message that it has accepted, "" where nothing is known."""
        accepted = (
            attempt.transport_id
            for attempt in reversed(self.ledger.attempts(DeliveryFilter(keys=(key,))))
            if attempt.status.group is Group.sent and attempt.transport_id
        )
        return next(accepted, "")

    def _pack(self, run_id: str, branch_id: str, language: str) -> tuple[PackRecord, Mapping[str, Artifact]]:
        key = (run_id, branch_id, language)
        with self._lock:
            known = self._packs.get(key)
        if known is not None:
            return known
        pack = self.ledger.pack(*key)
        if pack is None or not pack.has_documents:
            reason = pack.error if pack and pack.error else "its files have been removed, or were never made"
            raise RunError(f"the pack of branch {branch_id} in {language} cannot be sent: {reason}.")
        found = pack, self.store.fetch_all(pack.artifacts, branch_id=branch_id)
        with self._lock:
            self._packs[key] = found
            while len(self._packs) > _KEPT:
                del self._packs[next(iter(self._packs))]
        return found


def _documents(delivery: DeliveryRecord, files: Mapping[str, Artifact]) -> _Said:
    endings = tuple(_ENDINGS[name] for name in delivery.formats if name in _ENDINGS)
    html = files.get("pack.html") if Format.html in delivery.formats else None
    return _Said(
        text=files["pack.txt"].content,
        html=html.content if html else None,
        images=[file for file in files.values() if file.content_id],
        files=[file for name, file in files.items() if name.endswith(endings)] if endings else (),
    )


def _summary(delivery: DeliveryRecord, files: Mapping[str, Artifact]) -> _Said:
    if not {"slack.json", "sms.txt"} <= set(files):
        raise RunError("its summary was not made with the pack. Run the report again to send it.")
    lines = files["sms.txt"].content.decode().splitlines()
    if delivery.channel == _SMS:
        return _Said(text=text_message(lines).encode())
    blocks = files["slack.json"].content.decode()
    images = [file for file in files.values() if file.content_id and f'"cid:{file.content_id}"' in blocks]
    return _Said(text=as_sentence(lines).encode(), blocks=blocks, images=images)


def _list_id(run: RunRecord) -> str:
    """Return what a mail program may sort a run's messages by (RFC 2919)."""
    return f"{run.report}.{run.sender.address.rpartition('@')[2]}"
