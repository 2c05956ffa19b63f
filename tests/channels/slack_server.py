"""Slack on loopback: the methods that the channel uses, with their documented checks, limits and errors."""

import json
import re
from typing import Any

from loopback import Answer, Asked, LoopbackServer

TOKEN = "xoxb-1"
EPOCH = 1780290000  # 2026-06-01 05:00 UTC
_LIMITS = {"header": 150, "section": 3000, "context": 3000}
_TOO_LONG = 13_200


def error(code: str, **details: Any) -> Answer:
    """Return a refusal: Slack says so with status 200."""
    return Answer(body={"ok": False, "error": code, **details})


def ratelimited(seconds: int) -> Answer:
    return Answer(status=429, body={"ok": False, "error": "ratelimited"}, headers={"Retry-After": str(seconds)})


class SlackServer(LoopbackServer):
    """One workspace: #region-01 and more channels, some people, and what was posted."""

    def __init__(self) -> None:
        super().__init__()
        self.channels = {"C0REGION1": "region-01", "C0ANALYSE": "analyse", "C0CLOSED1": "closed"}
        self.archived = {"C0CLOSED1"}
        self.people = {"U0KAREAAA": "kare@lokallag.example", "U0KARIAAA": "kari@union.example"}
        self.direct: dict[str, str] = {}
        self.posts: list[dict[str, Any]] = []
        self.files: dict[str, dict[str, Any]] = {}
        self.replies: list[dict[str, Any]] = []
        self.looks_until_ready = 1
        self.epoch = EPOCH
        self._made = 0

    @property
    def api(self) -> str:
        return f"{self.url}/api/"

    def step(self, method: str, path: str) -> str:
        return path.removeprefix("/api/") if path.startswith("/api/") else path.split("/")[1]

    def answer(self, asked: Asked) -> Answer:
        if asked.step == "upload":
            self.files[asked.path.rpartition("/")[2]]["content"] = asked.body
            return Answer(body=b"OK - 1")
        if asked.step == "actions":
            self.replies.append(asked.fields)
            return Answer(body=b"ok")
        if asked.headers.get("Authorization") != f"Bearer {TOKEN}":
            return error("invalid_auth")
        method = getattr(self, "_" + re.sub(r"[.]|(?<=[a-z])(?=[A-Z])", "_", asked.step).lower(), None)
        return error("unknown_method") if method is None else method(asked.fields)

    def post_at(self, conversation: str, text: str, ts: str, **more: Any) -> None:
        """Let somebody else have posted."""
        self.posts.append({"channel": conversation, "text": text, "ts": ts, **more})

    def _auth_test(self, fields: dict[str, Any]) -> Answer:
        return _ok(url="https://union.slack.example/", team="Union", user="reports", team_id="T1", user_id="U0BOTAAAA")

    def _chat_post_message(self, fields: dict[str, Any]) -> Answer:
        conversation = self._conversation(fields["channel"])
        if conversation is None:
            return error("channel_not_found")
        if conversation in self.archived:
            return error("is_archived")
        if refused := self._refused(fields):
            return refused
        thread = fields.get("thread_ts")
        if thread and not self._post(conversation, thread):
            return error("thread_not_found")
        self._made += 1
        post = {**fields, "channel": conversation, "ts": f"{self.epoch + self._made}.{self._made:06d}"}
        self.posts.append(post)
        return _ok(channel=conversation, ts=post["ts"], message=_message(post, with_metadata=False))

    def _chat_update(self, fields: dict[str, Any]) -> Answer:
        post = self._post(fields["channel"], fields["ts"])
        if post is None:
            return error("message_not_found")
        if refused := self._refused(fields):
            return refused
        post |= {**fields, "edits": post.get("edits", 0) + 1}
        return _ok(channel=post["channel"], ts=post["ts"], text=post.get("text", ""))

    def _conversations_history(self, fields: dict[str, Any]) -> Answer:
        if fields["channel"] not in {*self.channels, *self.direct.values()}:
            return error("channel_not_found")
        oldest = float(fields.get("oldest") or 0)
        found = [
            post
            for post in self.posts
            if post["channel"] == fields["channel"] and not post.get("thread_ts") and float(post["ts"]) > oldest
        ]
        return self._page("messages", [_message(each, _wants_metadata(fields)) for each in reversed(found)], fields)

    def _conversations_replies(self, fields: dict[str, Any]) -> Answer:
        if not self._post(fields["channel"], fields["ts"]):
            return error("thread_not_found")
        oldest = float(fields.get("oldest") or 0)
        found = [
            post
            for post in self.posts
            if post["channel"] == fields["channel"]
            and (post["ts"] == fields["ts"] or (post.get("thread_ts") == fields["ts"] and float(post["ts"]) > oldest))
        ]
        return self._page("messages", [_message(each, _wants_metadata(fields)) for each in found], fields)

    def _conversations_list(self, fields: dict[str, Any]) -> Answer:
        channels = [
            {"id": key, "name": name, "is_archived": key in self.archived}
            for key, name in self.channels.items()
            if not (fields.get("exclude_archived") in ("1", "true") and key in self.archived)
        ]
        return self._page("channels", channels, fields)

    def _conversations_open(self, fields: dict[str, Any]) -> Answer:
        person = fields["users"]
        if person not in self.people:
            return error("user_not_found")
        self.direct.setdefault(person, f"D{person[1:]}")
        return _ok(channel={"id": self.direct[person]})

    def _users_lookup_by_email(self, fields: dict[str, Any]) -> Answer:
        found = [person for person, email in self.people.items() if email == fields["email"]]
        return _ok(user={"id": found[0]}) if found else error("users_not_found")

    def _users_info(self, fields: dict[str, Any]) -> Answer:
        if fields["user"] not in self.people:
            return error("user_not_found")
        return _ok(user={"id": fields["user"], "profile": {"email": self.people[fields["user"]]}})

    def _files_get_upload_urlexternal(self, fields: dict[str, Any]) -> Answer:
        file = f"F0CHART{len(self.files):03d}"
        self.files[file] = {"name": fields["filename"], "length": int(fields["length"]), "alt": fields.get("alt_txt")}
        return _ok(upload_url=f"{self.url}/upload/v1/{file}", file_id=file)

    def _files_complete_upload_external(self, fields: dict[str, Any]) -> Answer:
        [given] = json.loads(fields["files"]) if isinstance(fields["files"], str) else fields["files"]
        file = self.files.get(given["id"])
        if file is None or len(file.get("content", b"")) != file["length"]:
            return error("file_not_found")
        where = {name: fields[name] for name in ("channel_id", "thread_ts") if fields.get(name)}
        file |= {"title": given["title"], "looks": self.looks_until_ready, **where}
        return _ok(files=[{"id": given["id"], "title": given["title"]}])

    def _files_info(self, fields: dict[str, Any]) -> Answer:
        file = self.files[fields["file"]]
        file["looks"] -= 1
        return _ok(file={"id": fields["file"], "mimetype": "image/png" if file["looks"] <= 0 else ""})

    def _conversation(self, channel: str) -> str | None:
        if channel in self.channels or channel in self.direct.values():
            return channel
        named = [key for key, name in self.channels.items() if name == channel.removeprefix("#")]
        return named[0] if named else None

    def _post(self, conversation: str, ts: str) -> dict[str, Any] | None:
        return next((each for each in self.posts if each["channel"] == conversation and each["ts"] == ts), None)

    def _refused(self, fields: dict[str, Any]) -> Answer | None:
        """Return what Slack says of a message that is against its rules."""
        blocks = fields.get("blocks") or []
        blocks = json.loads(blocks) if isinstance(blocks, str) else blocks
        metadata = fields.get("metadata")
        if not fields.get("text") and not blocks:
            return error("no_text")
        if len(fields.get("text", "")) > 40_000:
            return error("msg_too_long")
        if metadata and not isinstance(metadata.get("event_payload"), dict):
            return error("invalid_metadata_schema")
        if sum(map(_characters, blocks)) > _TOO_LONG:
            return error("msg_blocks_too_long")
        faults = [fault for index, block in enumerate(blocks) for fault in self._faults(index, block)]
        if len(blocks) > 50:
            faults.append("no more than 50 items allowed [json-pointer:/blocks]")
        if faults:
            words = [f"[ERROR] {fault}" for fault in faults]
            return error("invalid_blocks", errors=faults, response_metadata={"messages": words})
        return None

    def _faults(self, index: int, block: dict[str, Any]) -> list[str]:
        where = f"[json-pointer:/blocks/{index}"
        texts = [block["text"]] if "text" in block else []
        texts += block.get("elements", []) if block["type"] == "context" else []
        longest = _LIMITS.get(block["type"], 0)
        faults = [
            f"must be less than {longest + 1} characters {where}/text]" for each in texts if len(each["text"]) > longest
        ]
        faults += [f"must be more than 0 characters {where}/text]" for each in texts if not each["text"]]
        fields = block.get("fields", [])
        if len(fields) > 10 or any(len(each["text"]) > 2000 for each in fields):
            faults.append(f"fields {where}/fields]")
        for element in block.get("elements", []) if block["type"] == "actions" else []:
            if len(element.get("text", {}).get("text", "")) > 75 or len(element.get("value", "")) > 2000:
                faults.append(f"button {where}/elements]")
        if block["type"] == "image":
            file = self.files.get(block.get("slack_file", {}).get("id", ""))
            if not block.get("image_url", "").startswith("http") and (file is None or file["looks"] > 0):
                faults.append(f"invalid slack file {where}/slack_file]")
        return faults

    @staticmethod
    def _page(what: str, entries: list[dict[str, Any]], fields: dict[str, Any]) -> Answer:
        start, limit = int(fields.get("cursor") or 0), int(fields.get("limit") or 100)
        cursor = str(start + limit) if start + limit < len(entries) else ""
        return _ok(**{what: entries[start : start + limit]}, response_metadata={"next_cursor": cursor})


def _ok(**content: Any) -> Answer:
    return Answer(body={"ok": True, **content})


def _message(post: dict[str, Any], with_metadata: bool) -> dict[str, Any]:
    hidden = () if with_metadata else ("metadata",)
    return {name: value for name, value in post.items() if name not in ("channel", *hidden)}


def _wants_metadata(fields: dict[str, Any]) -> bool:
    return str(fields.get("include_all_metadata")).lower() in ("1", "true")


def _characters(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    values = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sum(map(_characters, values))
