"""Marks on drawings and scans: a library without network, server or windows (those are below qt/)."""

from annotate.codec import decode_operation, decode_wet, encode_operation, encode_wet
from annotate.errors import AnnotateError, OperationError, PageError
from annotate.marks import Arrow, Cloud, Highlighter, InkPoint, Mark, MarkStyle, Rectangle, Stroke, Text
from annotate.markup import Markup, PlacedMark, WetBoard
from annotate.operations import AddMark, EraseMark, NumberedOperation, Operation, Redo, Undo, WetInk
from annotate.pages import DocumentInfo, PageSource, RenderedImage, inspect
from annotate.pdf import export
from annotate.render import paint

__all__ = [
    "AddMark",
    "AnnotateError",
    "Arrow",
    "Cloud",
    "DocumentInfo",
    "EraseMark",
    "Highlighter",
    "InkPoint",
    "Mark",
    "MarkStyle",
    "Markup",
    "NumberedOperation",
    "Operation",
    "OperationError",
    "PageError",
    "PageSource",
    "PlacedMark",
    "Rectangle",
    "Redo",
    "RenderedImage",
    "Stroke",
    "Text",
    "Undo",
    "WetBoard",
    "WetInk",
    "decode_operation",
    "decode_wet",
    "encode_operation",
    "encode_wet",
    "export",
    "inspect",
    "paint",
]
