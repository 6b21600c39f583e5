"""Findings of ``flightrules lint``: what a rulebook may say and should not."""

from __future__ import annotations

from flightrules.errors.code import Code

__all__ = ["LINT_CODES"]

# fmt: off
LINT_CODES: tuple[Code, ...] = (
    Code("L_NO_METHOD", "a criterion does not say how it is measured", "Without a method two people measure two things.", "Add `measured by the ...`."),
    Code("L_UNKNOWN_METHOD", "a criterion's method is not declared", "It would never find evidence, and no evidence blocks.", "Declare it under `evidence`, or correct its name."),
    Code("L_METHOD_CANNOT_MEASURE", "a criterion's method cannot measure its metric", "A coverage report says nothing about response times.", "Name a method whose format yields the metric."),
    Code("L_CRITICAL_UNDEFINED", "nobody agreed on what critical means", "Everyone counts other tests as critical.", "Name the tests under `scopes`, or say that a source covers it."),
    Code("L_SCOPE_UNDEFINED", "a part of the product is not defined", "The evidence cannot be narrowed to it, so the criterion can never be met.", "Name it under `scopes`, or say that a source covers it."),
    Code("L_NO_SCOPE", "a criterion does not say what it is for", "A rate over everything hides the part that matters.", "Add `for the ...`."),
    Code("L_UNKNOWN_ENVIRONMENT", "a criterion names an undeclared environment", "Evidence from there cannot be told from other evidence.", "Declare it under `environments`, or correct its name."),
    Code("L_NO_BASELINE", "NEW has nothing to compare with", "Without a baseline there is no data, unless the report marks new findings itself.", "Add `baseline` to the source."),
    Code("L_NO_BASE", "new code has no base", "New is what changed since a commit.", "Add `compare_with` to the source."),
    Code("L_MISSING_FACT", "a metric needs a fact of the release", "Without it the metric has no data.", "State it under `release`."),
    Code("W_DIRECTION", "the operator asks for the worse direction", "A pass rate of at most 97 % would be met by a broken build.", "Turn the operator around."),
    Code("L_ALWAYS_TRUE", "a criterion is always met", "It decides nothing.", "Choose a threshold."),
    Code("L_NEVER_TRUE", "a criterion can never be met", "The gate could never open.", "Choose a threshold that is possible."),
    Code("L_WAIVABLE_BY_NOBODY", "a waivable criterion does not say by whom", "Then anyone's approval would do.", "Add `waivable_by`."),
    Code("L_WAIVER_POWERLESS", "a role is to waive without the power to", "Its waivers would not stand.", "Give the role `may_waive: yes`."),
    Code("L_NO_CRITERIA", "the rulebook holds no criterion", "Nothing would be checked.", "Add criteria, or extend a profile."),
    Code("W_NOTHING_BLOCKS", "no criterion blocks", "Every release would pass.", "Make at least one criterion blocking."),
    Code("L_IN_NO_GATE", "a criterion stands in no gate", "It is measured and decides nothing.", "Name it in a gate."),
    Code("L_GATE_UNSATISFIABLE", "a gate or act nobody can satisfy", "Too few of those who are to sign may sign; it is found out at the first release.", "Give the roles the power, or name others."),
    Code("L_BLOCKS_NOTHING", "a stage gate does not say what it blocks", "People would not know what waits for it.", "Add `blocks`."),
    Code("L_UNUSED_SOURCE", "an evidence source is never used", "It looks as if something were measured.", "Use it in a sentence, or remove it."),
    Code("L_UNKNOWN_FORMAT", "no format has this name", "The evidence could not be read.", "See `flightrules formats`."),
    Code("L_QUARANTINE_SIZE", "the quarantine list is over its limit", "A pass rate without many tests says little.", "Mend tests until the list fits."),
    Code("L_QUARANTINE_LIMIT", "the quarantine limit is over 5", "Long lists are never emptied.", "Write `limit: 5`."),
    Code("L_QUARANTINE_GROWS", "the quarantine list does not shrink", "It must be shorter than a sprint ago.", "Mend more tests than are added."),
    Code("L_QUARANTINE_EXPIRED", "a quarantine has ended", "The test counts again.", "Mend the test or agree on a new expiry."),
    Code("L_NO_TRIGGERS", "no automatic rollback trigger", "In an incident people would debate thresholds for 20 to 40 minutes.", "Add triggers, or extend a profile."),
    Code("L_TRIGGER_THRESHOLD", "a trigger has no threshold", "No machine could tell when it fires.", "State factor, limit or count."),
    Code("L_TRIGGER_DECIDER", "nobody decides on a manual trigger", "Everyone would wait for someone else.", "Add `decided_by`."),
    Code("L_TRIGGER_FLAG", "a trigger only flags and does not say why", "The shipped answer to a breach is to roll back.", "State the reason, or roll back."),
    Code("L_ROLLBACK_PLAN", "the rollback plan is incomplete", "Method, owner and minutes are asked for in the incident.", "Fill them in; it takes five minutes."),
    Code("L_RELAX_CONTRADICTION", "a track relaxes what it never relaxes", "Two statements cannot both be true.", "Keep each in one list."),
    Code("L_EMERGENCY", "the emergency track lacks a brake", "Without it every third release becomes an emergency.", "Add what the message names."),
    Code("L_PASS_UNJUDGED", "a build has to pass in an environment where no gate is judged", "Nothing of the rulebook can show such a pass, so the next gate is held.", "Give a gate `environment:`, or bring a verdict of that environment to each check."),
    Code("L_NO_INDICATOR", "a leading or lagging indicator is missing", "Gates look at this release; indicators foretell the next.", "Add one of each kind."),
    Code("L_REMOVED", "an entry of the profile is left out", "It is shown so that nobody forgets it.", "Keep it out only while the reason holds."),
    Code("L_NO_AUTHORITY", "nobody is named who signs", "A verdict without an owner is nobody's.", "Choose a preset under `authority`."),
    Code("L_NO_ACCOUNTABLE", "nobody is accountable", "Each act and activity has exactly one accountable role.", "Add `accountable`."),
    Code("L_NO_SIGNERS", "nobody may sign an act", "It could never be completed.", "Add `signers`."),
    Code("L_VETO", "a no-go can be overridden without the QA lead", "Nobody turns a no-go around alone; the QA lead signs, if only to record dissent.", "Add `required: qa_lead` to the override act."),
    Code("L_NO_DEPUTY", "a role that matters has no deputy", "Holidays would stop or bend the process.", "Name a deputy."),
    Code("L_NO_ESCALATION", "no escalation path", "It is agreed before the first high-stakes release, not during it.", "Add levels under `authority.escalation`."),
    Code("L_ESCALATION_LEVEL", "an escalation level is incomplete", "A level without contact or time helps nobody.", "State contacts and respond_within."),
    Code("L_NO_KEYS", "signatures are demanded and no key is named", "No waiver could ever stand.", "Name the public keys."),
)
# fmt: on
