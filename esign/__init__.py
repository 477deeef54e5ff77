"""Notices, seals and their verification: a library without network or windows.

`render_notice` turns facts into a PDF, `seal_notice` seals it, `verify_notice` judges any file and answers with a
`Report`. `load_seal` and `make_test_authority` give the seal to use. `render_slip` makes the unsealed receipt.

The names stand in `__init__.pyi`. Each module is loaded when one of its names is first asked for: a program that reads
printed codes does not load what renders, seals or verifies.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
