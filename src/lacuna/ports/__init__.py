"""What the use cases ask of the world: Protocols only.

Each port says what an implementation MUST and MUST NOT do. Errors are those of `lacuna.domain.errors`; the guard
(`lacuna.wiring.guard`) adds time-outs and translates what slips through.
"""
