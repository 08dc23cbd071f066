"""Reads our own .proto file: the part of the language that it uses.

https://protobuf.dev/reference/protobuf/proto3-spec/ : messages in each other,
enumerations, oneofs, fields; no options, maps, services, reserved numbers.
"""

import re

SCALARS = {"double": 1, "float": 2, "int64": 3, "uint64": 4, "int32": 5,
           "bool": 8, "string": 9, "bytes": 12, "uint32": 13}
MESSAGE, ENUM = 11, 14
TOKEN = re.compile(r'\s*(?://[^\n]*|("[^"]*"|[\w.]+|[{}=;]))')


def tokens(text):
    return [t for t in TOKEN.findall(text) if t]


class Reader:
    """messages: {full name: [(number, name, kind, repeated, type, oneof)]},
    enums: {full name: {value's name: value}}."""

    def __init__(self, text):
        self.words = tokens(text)
        self.at = 0
        self.package = ""
        self.messages = {}
        self.enums = {}
        while self.at < len(self.words):
            self.top()
        self.resolve()

    def take(self, wanted=None):
        word = self.words[self.at]
        if wanted not in (None, word):
            raise ValueError(f"{wanted} is expected, not {word}")
        self.at += 1
        return word

    def top(self):
        word = self.take()
        if word == "message":
            self.message(f".{self.package}")
        elif word == "enum":
            self.enum(f".{self.package}")
        elif word == "package":
            self.package = self.take()
            self.take(";")
        elif word in ("syntax", "import"):
            while self.take() != ";":
                pass
        else:
            raise ValueError(f"{word} is not read here")

    def enum(self, prefix):
        values = self.enums.setdefault(f"{prefix}.{self.take()}", {})
        self.take("{")
        while self.words[self.at] != "}":
            name = self.take()
            self.take("=")
            values[name] = int(self.take())
            self.take(";")
        self.take("}")

    def message(self, prefix):
        name = f"{prefix}.{self.take()}"
        self.messages[name] = []
        self.take("{")
        self.members(name, None)

    def members(self, name, oneof):
        while self.words[self.at] != "}":
            word = self.take()
            if word == "message":
                self.message(name)
            elif word == "oneof":
                within = self.take()
                self.take("{")
                self.members(name, within)
            else:
                self.field(name, word, oneof)
        self.take("}")

    def field(self, message, word, oneof):
        repeated = word == "repeated"
        kind = self.take() if repeated else word
        name = self.take()
        self.take("=")
        number = int(self.take())
        self.take(";")
        self.messages[message].append(
            (number, name, kind, repeated, message, oneof))

    def resolve(self):
        for message, fields in self.messages.items():
            self.messages[message] = [
                (number, name, *self.kind(kind, scope, repeated), oneof)
                for number, name, kind, repeated, scope, oneof in fields]

    def kind(self, word, scope, repeated):
        if word in SCALARS:
            return SCALARS[word], repeated, ""
        if word.startswith("substrait."):
            return MESSAGE, repeated, f".{word}"
        while scope:
            name = f"{scope}.{word}"
            if name in self.messages:
                return MESSAGE, repeated, name
            if name in self.enums:
                return ENUM, repeated, name
            scope = scope.rpartition(".")[0]
        raise ValueError(f"there is no {word}")
