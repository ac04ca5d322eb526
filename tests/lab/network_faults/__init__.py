"""What networks do to HTTP, and the proof that the suite's verdicts stand it.

`network_fault` lists the faults and decides by a seed which request gets which, `response_script`
turns a response into the bytes and the end that its client gets, `proxy` sends them over a socket,
and `delay` adds a fixed latency and nothing else. `verdict_comparison` compares the verdicts of a
run with faults with those of a clean run, and `proof` does so with many seeds:
`python -m tests.lab.network_faults`.
"""
