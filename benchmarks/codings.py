"""Codings of a report's content by libraries from elsewhere, each given the same plain values."""

import functools
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any

import asn1tools
import cbor2
import msgpack
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

from benchmarks.plain import FIELDS, TYPE_NUMBERS, Plain, plain
from turna_protocol import json_form
from turna_protocol.frame import Frame
from turna_protocol.iso8601 import format_time
from turna_protocol.reports import Report, encode_report, report_type

Coding = Callable[[Report, Frame], bytes]

# Widths for ASN.1: small numbers of people in four bits and longer by extension, as its designers
# would; offsets as wide as the farthest corpus needs.
_SMALL = "INTEGER (0..15, ...)"
_OFFSET = "INTEGER (-262144..262143)"
_RANGES = {
    "mode": "INTEGER (0..2)",
    "quality": "INTEGER (0..2)",
    "time": "INTEGER (0..2419199)",
    "north": _OFFSET,
    "east": _OFFSET,
    "accuracy": "INTEGER (0..7)",
    "age": "INTEGER (0..7)",
    "status": "INTEGER (0..15)",
    "battery": "INTEGER (0..100)",
    "hazards": "INTEGER (0..65535)",
    "altitude": "INTEGER (-500..8691)",
    "phase": "INTEGER (0..2)",
    "kind": "INTEGER (0..7)",
    "reference": "INTEGER (0..1048575)",
    "battery_mv": "INTEGER (0..8190)",
    "temperature": "INTEGER (-50..76)",
    "uptime": "INTEGER (0..65534)",
    "stored": "INTEGER (0..4094)",
    "rssi": "INTEGER (-150..-1)",
    "snr": "INTEGER (-32..30)",
    "satellites": "INTEGER (0..62)",
    "airtime": "INTEGER (0..3600)",
    "firmware": "INTEGER (0..254)",
    "needs": "SEQUENCE (SIZE (1..31)) OF Need",
    "text": "UTF8String",
}
_PRESENT_ALWAYS = ("mode", "quality")
_SIGNED = ("north", "east", "altitude", "temperature", "rssi", "snr")
CAP_NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"


def turna(report: Report, frame: Frame) -> bytes:
    return encode_report(report, frame)


def cbor_array(report: Report, frame: Frame) -> bytes:
    """Encode type and fields in order; what is missing at the end is left out."""
    values: list[Any] = [TYPE_NUMBERS[report_type(report)], *plain(report, frame).values()]
    while values[-1] is None:
        values.pop()
    return cbor2.dumps(values, canonical=True)


def cbor_map(report: Report, frame: Frame) -> bytes:
    """Encode present fields only, under integer keys."""
    return cbor2.dumps(_numbered(report, frame), canonical=True)


def messagepack(report: Report, frame: Frame) -> bytes:
    values: list[Any] = [TYPE_NUMBERS[report_type(report)], *plain(report, frame).values()]
    while values[-1] is None:
        values.pop()
    packed: bytes = msgpack.packb(values)
    return packed


def protobuf(report: Report, frame: Frame) -> bytes:
    """Encode optional fields in a message per type, which a field of the report holds."""
    messages = _messages()
    name = report_type(report)
    outer = messages["turna.Report"]()
    message = getattr(outer, name)
    message.SetInParent()
    for field, value in plain(report, frame).items():
        if field == "needs" and isinstance(value, list):
            for item, quantity in value:
                need = message.needs.add(item=item)
                if quantity is not None:
                    need.quantity = quantity
        elif value is not None:
            setattr(message, field, value)
    encoded: bytes = outer.SerializeToString()
    return encoded


def uper(report: Report, frame: Frame) -> bytes:
    name = report_type(report)
    values: dict[str, Any] = {}
    for field, value in plain(report, frame).items():
        if field == "needs" and isinstance(value, list):
            values["needs"] = [
                {"item": item} | ({} if quantity is None else {"quantity": quantity})
                for item, quantity in value
            ]
        elif value is not None:
            values[_asn1_name(field)] = value
    encoded: bytes = _asn1().encode("Report", (_asn1_name(name), values))
    return encoded


def json_text(report: Report, frame: Frame) -> bytes:
    """Encode our own JSON form, without blanks and without what is unknown."""
    form = {
        name: value
        for name, value in json_form.report_to_json(report).items()
        if value not in (None, [], {})
    }
    return json.dumps(form, ensure_ascii=False, separators=(",", ":")).encode()


def cap(report: Report, frame: Frame) -> bytes:
    """Write the least valid CAP 1.2 alert with the report: required elements, parameters, area."""
    alert = ET.Element("alert", xmlns=CAP_NAMESPACE)
    sent = format_time(report.time_s or 0).replace("Z", "-00:00")
    for name, text in (
        ("identifier", "urn:turna:0007:4711"),
        ("sender", "gateway@turna"),
        ("sent", sent),
        ("status", ("Actual", "Exercise", "Test")[report.mode]),
        ("msgType", "Alert"),
        ("scope", "Private"),
        ("addresses", "secretariat"),
    ):
        ET.SubElement(alert, name).text = text
    info = ET.SubElement(alert, "info")
    for name, text in (
        ("category", "Rescue"),
        ("event", report_type(report)),
        ("urgency", "Immediate"),
        ("severity", "Unknown"),
        ("certainty", "Observed"),
    ):
        ET.SubElement(info, name).text = text
    for name, value in plain(report, frame).items():
        if value is not None and name not in ("mode", "time", "north", "east", "text"):
            parameter = ET.SubElement(info, "parameter")
            ET.SubElement(parameter, "valueName").text = name
            ET.SubElement(parameter, "value").text = str(value)
    _cap_area(info, report)
    encoded: bytes = ET.tostring(alert, encoding="utf-8")
    return encoded


CODINGS: dict[str, Coding] = {
    "Turna": turna,
    "ASN.1 UPER": uper,
    "CBOR array": cbor_array,
    "MessagePack array": messagepack,
    "protobuf": protobuf,
    "CBOR map": cbor_map,
    "JSON": json_text,
    "CAP 1.2 XML": cap,
}


def _cap_area(info: ET.Element, report: Report) -> None:
    if report.fix is None:
        return
    area = ET.SubElement(info, "area")
    ET.SubElement(area, "areaDesc").text = "team"
    lat, lon = report.fix.lat_e5 / 1e5, report.fix.lon_e5 / 1e5
    radius_km = (report.fix.accuracy_m or 0) / 1000
    ET.SubElement(area, "circle").text = f"{lat},{lon} {radius_km:g}"


def _numbered(report: Report, frame: Frame) -> dict[int, Plain]:
    fields = plain(report, frame).values()
    numbered = {number: value for number, value in enumerate(fields, start=1) if value is not None}
    return {0: TYPE_NUMBERS[report_type(report)], **numbered}


@functools.cache
def _messages() -> dict[str, Any]:
    """Return protobuf's classes, from a schema built here: no compiler is needed."""
    file = descriptor_pb2.FileDescriptorProto(name="turna.proto", package="turna", syntax="proto2")
    need = file.message_type.add(name="Need")
    _add_field(need, "item", 1)
    _add_field(need, "quantity", 2)
    outer = file.message_type.add(name="Report")
    for name, fields in FIELDS.items():
        message = file.message_type.add(name=f"T_{name}")
        for number, field in enumerate(fields, start=1):
            _add_field(message, field, number)
        field_type = descriptor_pb2.FieldDescriptorProto.TYPE_MESSAGE
        inner = outer.field.add(name=name, number=1 + TYPE_NUMBERS[name], type=field_type, label=1)
        inner.type_name = f".turna.T_{name}"
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    names = ["turna.Report"]
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(name)) for name in names
    }


def _add_field(message: Any, name: str, number: int) -> None:
    kind = descriptor_pb2.FieldDescriptorProto
    field = message.field.add(name=name, number=number, label=kind.LABEL_OPTIONAL)
    if name == "needs":
        field.label, field.type, field.type_name = (
            kind.LABEL_REPEATED,
            kind.TYPE_MESSAGE,
            ".turna.Need",
        )
    elif name == "text":
        field.type = kind.TYPE_STRING
    else:
        field.type = kind.TYPE_SINT32 if name in _SIGNED else kind.TYPE_UINT32


@functools.cache
def _asn1() -> Any:
    """Return the compiled schema, unaligned packed encoding rules."""
    lines = ["Turna DEFINITIONS AUTOMATIC TAGS ::= BEGIN"]
    choices = ", ".join(f"{_asn1_name(name)} {_asn1_type(name)}" for name in FIELDS)
    lines.append(f"Report ::= CHOICE {{ {choices}, ... }}")
    lines.append("Need ::= SEQUENCE { item INTEGER (0..31), quantity INTEGER (0..9999) OPTIONAL }")
    for name, fields in FIELDS.items():
        members = []
        for field in fields:
            optional = "" if field in _PRESENT_ALWAYS else " OPTIONAL"
            members.append(f"{_asn1_name(field)} {_RANGES.get(field, _SMALL)}{optional}")
        lines.append(f"{_asn1_type(name)} ::= SEQUENCE {{ {', '.join(members)} }}")
    return asn1tools.compile_string("\n".join([*lines, "END"]), "uper")


def _asn1_name(name: str) -> str:
    return name.replace("_", "-")


def _asn1_type(name: str) -> str:
    return "T" + name.replace("_", "-")
