"""Emulators that nobody here wrote: installed, deployed to, judged by the suite, and compared.

Strategy: an emulator is a row of a table (`targets`). Each is installed into an environment of its
own (`installation`), started on a free port of loopback (`emulator_process`), given each
definition by the AWS calls that a team would use (`deployment`), and judged by a `pytest` that
knows nothing of it (`conformance_run`). What cannot be done with one is written down as the reason
why it was skipped, and the next one is tried all the same. The tables (`result_tables`) are
made of nothing but the verdict documents.
"""
