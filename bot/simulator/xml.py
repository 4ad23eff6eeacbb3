"""The platforms' XML: strings in CDATA, numbers bare, lists as repeated elements."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from typing import Any


class BrokenXml(Exception):
    """Not XML the platform would read."""


def cdata(text: str) -> str:
    """A CDATA section; a closing mark inside is split over two sections."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _value(name: str, value: Any) -> str:
    if isinstance(value, list):
        return "".join(_value(name, item) for item in value)
    if isinstance(value, Mapping):
        return f"<{name}>{''.join(_value(key, item) for key, item in value.items())}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    return f"<{name}>{cdata(str(value))}</{name}>"


def build(fields: Mapping[str, Any]) -> bytes:
    return _value("xml", fields).encode()


def parse(data: bytes) -> ET.Element:
    """The root ``<xml>``. Raises BrokenXml; a DTD is refused before parsing."""
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise BrokenXml("document type declaration")
    try:
        root = ET.fromstring(data.decode("utf-8"))
    except (ET.ParseError, UnicodeDecodeError, ValueError) as error:
        raise BrokenXml(str(error)) from error
    if root.tag != "xml":
        raise BrokenXml(f"root element is <{root.tag}>, not <xml>")
    if root.find("xml") is not None:
        raise BrokenXml("<xml> inside <xml>")
    return root


def text(root: ET.Element, name: str) -> str:
    """An element's text; raises BrokenXml when it is absent or appears twice."""
    found = root.findall(name)
    if len(found) != 1:
        raise BrokenXml(f"<{name}> appears {len(found)} times")
    return found[0].text or ""
