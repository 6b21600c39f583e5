"""Every abuse case of the shared vector is told by a story, or says why it cannot be yet.

The stories stand where their room is; those of this folder try what is left, by every door that exists.
"""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

_TESTS = Path(__file__).resolve().parents[2]

_SEPARATION = "service/abuse/test_separation_is_kept.py::test_"
_STALE = "service/abuse/test_nothing_stale_goes.py::test_"
_AUTHORITY = "service/abuse/test_authority_is_asked_again.py::test_"
_STOLEN = "service/abuse/test_stolen_tokens_give_no_power.py::test_"
_TERMINAL = "service/abuse/test_the_terminal_is_no_way_round.py::test_"
_EMERGENCY = "service/abuse/test_emergencies_are_no_way_round.py::test_"
_RECORD = "service/abuse/test_the_record_tells.py::test_"
_MAY_SIGN = "service/decisions/test_who_may_sign.py::test_"
_SIGNED = "service/decisions/test_what_was_signed_is_what_goes.py::test_"
_TAKEN = "service/readiness/test_evidence_is_taken.py::test_"
_JUDGED = "service/readiness/test_gates_are_judged.py::test_"
_REGISTERS = "service/readiness/test_registers.py::test_"
_CLASSIFYING = "service/emergencies/test_classifying.py::test_"
_LIST = "service/emergencies/test_the_list.py::test_"
_ACCOUNTS = "service/people/test_abuse_of_accounts.py::test_"
_ROLES = "service/people/test_abuse_of_authority.py::test_"
_VERIFICATION = "service/records/test_verification.py::test_"
_TROUBLE = "service/faults_platform/test_databases_in_trouble.py::test_"
_MATRIX = "service/test_authorisation_matrix.py::test_"

_PARTS_FROM_A_TERMINAL = f"{_TERMINAL}whoever_has_a_part_signs_nothing_from_a_terminal"
_SEATS_FROM_A_TERMINAL = f"{_TERMINAL}a_seat_that_is_lost_lent_out_or_taken_signs_nothing_from_a_terminal"
_BARE_FROM_A_TERMINAL = f"{_TERMINAL}a_machine_and_a_bare_token_sign_nothing_from_a_terminal"
_STALE_FROM_A_TERMINAL = f"{_TERMINAL}what_is_stale_or_out_of_scope_goes_from_no_terminal"
_PUSHED = f"{_TERMINAL}pushed_evidence_that_is_none_and_a_gate_that_is_shut"
_NONE = f"{_STALE}evidence_that_is_none_opens_no_gate"

TOLD: dict[str, tuple[str, ...]] = {
    "SOD-01": (
        f"{_SEPARATION}sod_01_a_requester_approves_nothing_of_their_own_by_any_way",
        f"{_SEPARATION}the_same_role_in_another_spelling_is_the_same_seat",
        _PARTS_FROM_A_TERMINAL,
        f"{_MAY_SIGN}who_opened_the_release_does_not_sign_it",
    ),
    "SOD-05": (
        f"{_SEPARATION}sod_05_one_person_overrides_nothing_alone_by_any_way",
        f"{_SEPARATION}an_override_is_signed_by_who_still_may_when_it_is_signed",
        "service/decisions/test_a_no_go_is_overridden.py::test_a_second_account_of_the_same_person_is_the_same_person",
    ),
    "SOD-07": (
        f"{_SEPARATION}sod_07_who_is_consulted_flips_nothing_by_any_way",
        _PARTS_FROM_A_TERMINAL,
        f"{_MAY_SIGN}a_product_manager_is_heard_and_does_not_decide",
    ),
    "SOD-09": (
        f"{_SEPARATION}sod_09_nobody_signs_as_somebody_else",
        f"{_ACCOUNTS}no_header_makes_one_person_another",
        "service/site/test_confirmations.py::test_another_person_sees_nothing_and_is_refused_on_record",
    ),
    "SOD-10": (
        f"{_SEPARATION}sod_10_who_alone_signed_deploys_nothing_by_any_way",
        "service/clearance/test_the_signed_answer.py::test_who_alone_signed_gets_no_open_attestation",
        "service/board/test_a_change_goes_its_way.py::test_the_chair_who_approved_and_the_requester_do_not_carry_it_out",
    ),
    "SOD-11": (
        f"{_SEPARATION}sod_11_who_attested_signs_nothing_by_any_way",
        f"{_MAY_SIGN}who_ticked_the_checklist_afterwards_has_signed_for_nothing",
    ),
    "STL-02": (
        f"{_SIGNED}whatever_changes_voids_the_votes_and_asks_again",
        f"{_SIGNED}a_rule_carries_a_vote_over_on_record",
        f"{_STALE}a_change_of_a_vote_takes_no_digest_of_before",
    ),
    "STL-03": (
        f"{_STALE}stl_03_whatever_it_is_aimed_at_anew_voids_the_votes",
        f"{_STALE}a_flag_that_was_opened_further_than_was_decided_shuts_the_gate",
        f"{_STALE}the_digest_of_another_release_or_of_anything_else_is_signed_by_nobody",
        f"{_SIGNED}what_was_voided_does_not_come_back_when_all_is_as_it_was",
    ),
    "STL-07": (
        f"{_STALE}stl_07_a_word_of_eight_days_ago_decides_nothing",
        f"{_SIGNED}a_vote_of_last_week_is_asked_for_again",
    ),
    "STL-08": (_NONE, f"{_JUDGED}old_evidence_is_stale", f"{_JUDGED}evidence_of_another_build_is_stale"),
    "STL-09": (
        f"{_STALE}stl_09_a_waiver_is_for_its_release_criterion_and_time",
        _STALE_FROM_A_TERMINAL,
        f"{_SIGNED}a_waiver_that_ends_takes_what_was_signed_with_it",
    ),
    "STL-10": (
        f"{_STALE}stl_10_a_defect_that_grew_is_accepted_by_nobodys_former_word",
        _STALE_FROM_A_TERMINAL,
        f"{_REGISTERS}a_raised_severity_voids_the_acceptance",
        f"{_REGISTERS}the_trackers_word_counts_too",
    ),
    "AUT-01": (
        f"{_AUTHORITY}aut_01_whoever_lost_the_seat_is_not_counted_however_it_was_lost",
        f"{_AUTHORITY}what_was_confirmed_before_the_role_went_signs_nothing_after",
        _SEATS_FROM_A_TERMINAL,
    ),
    "AUT-02": (
        f"{_AUTHORITY}aut_02_a_disabled_account_signs_through_no_door_and_confirms_nothing",
        _SEATS_FROM_A_TERMINAL,
        f"{_ACCOUNTS}a_disabled_persons_token_session_and_stream_end",
        "service/faults_platform/test_event_streams.py::test_who_is_disabled_is_no_reader_any_more",
        "service/site/test_pages_and_headers.py::test_a_disabled_person_cannot_sign_in",
    ),
    "AUT-03": (
        f"{_AUTHORITY}aut_03_what_was_refused_is_not_counted_once_the_role_is_there",
        f"{_ROLES}a_role_that_is_granted_later_says_nothing_about_earlier",
    ),
    "AUT-04": (
        f"{_AUTHORITY}aut_04_a_role_given_to_oneself_or_just_now_signs_nothing",
        f"{_ROLES}nobody_grants_themselves_a_role_through_any_account",
    ),
    "AUT-06": (
        f"{_AUTHORITY}aut_06_seats_and_tokens_of_elsewhere_are_none_here",
        _PARTS_FROM_A_TERMINAL,
        "service/clearance/test_what_conditions_rest_on.py::test_roles_of_two_products_are_never_added_up",
    ),
    "AUT-09": (
        f"{_AUTHORITY}aut_09_a_delegation_that_was_renewed_revives_no_word_of_before",
        _SEATS_FROM_A_TERMINAL,
        f"{_ROLES}what_was_lent_cannot_be_lent_on",
        f"{_MAY_SIGN}a_requester_does_not_approve_through_whom_they_chose",
    ),
    "AUT-10": (
        f"{_AUTHORITY}aut_10_one_seat_is_one_voice_in_whatever_order_and_spelling",
        _SEATS_FROM_A_TERMINAL,
        f"{_MAY_SIGN}holder_and_delegate_are_one_seat",
    ),
    "AUT-13": (
        f"{_AUTHORITY}aut_13_no_path_signs_without_a_proof_of_its_own",
        f"{_STOLEN}aut_13_nobody_is_made_a_signer",
        f"{_STOLEN}aut_13_no_rule_is_agreed_to_and_nothing_taken_back",
        _BARE_FROM_A_TERMINAL,
        "service/site/test_confirmations.py::test_less_than_all_components_confirms_nothing",
        "service/site/test_confirmations.py::test_wrong_components_count_as_tries_and_lock",
        "service/people/test_session_proofs.py::test_wrong_answers_on_a_page_count_and_lock",
        f"{_REGISTERS}nobody_waives_or_accepts_with_a_bare_token_and_each_proof_serves_once",
    ),
    "RAC-09": (
        f"{_TERMINAL}rac_09_two_terminals_decide_and_one_decision_is_made",
        "service/decisions/test_two_decide_at_once.py::test_one_decision_is_made",
        f"{_TROUBLE}a_writer_that_sits_on_the_database_is_waited_for_and_then_said",
    ),
    "EVI-02": (
        f"{_TAKEN}evidence_of_another_artefact_is_refused_and_of_a_replaced_one_is_stale",
        f"{_TAKEN}an_old_report_does_not_become_one_of_the_new_build",
        "service/cli/test_the_gate_of_a_deployment.py::test_another_digest_environment_or_product_is_closed",
    ),
    "EVI-04": (
        f"{_STALE}the_same_bytes_under_another_name_are_no_second_evidence",
        f"{_TAKEN}a_smaller_report_does_not_shadow_a_fuller_one",
        f"{_TAKEN}a_green_report_does_not_outlive_the_red_one_that_replaced_it",
    ),
    "EVI-05": (
        _NONE,
        _PUSHED,
        f"{_STALE}coverage_of_nothing_is_not_whole",
        f"{_TAKEN}zero_tests_are_no_evidence",
    ),
    "EVI-06": (_NONE, _PUSHED, f"{_TAKEN}a_header_that_lies_is_counted_again"),
    "EVI-08": (
        f"{_RECORD}evi_08_one_byte_of_evidence_lets_nobody_decide_vote_or_deploy",
        f"{_SIGNED}bytes_that_were_altered_let_nobody_decide",
    ),
    "EVI-09": (
        f"{_STALE}evi_09_what_failed_is_deleted_by_nobody",
        f"{_TAKEN}nothing_is_deleted_and_a_tombstone_leaves_no_data",
    ),
    "CLK-01": (
        _NONE,
        f"{_TAKEN}a_time_to_come_is_refused_on_record",
        f"{_TAKEN}freshness_goes_by_the_older_of_what_is_said_and_when_it_came",
    ),
    "EMG-01": (
        f"{_EMERGENCY}emg_01_no_spelling_of_the_track_is_an_emergency_by_itself",
        f"{_CLASSIFYING}a_release_is_not_opened_as_an_emergency",
        f"{_CLASSIFYING}a_release_is_not_edited_into_an_emergency",
    ),
    "EMG-02": (
        f"{_EMERGENCY}emg_02_a_throttle_is_lifted_by_nobody_with_a_part_in_it",
        f"{_CLASSIFYING}the_third_emergency_of_twenty_releases_is_stopped_and_on_record",
        f"{_CLASSIFYING}releases_that_never_went_to_production_do_not_thin_the_share_out",
    ),
    "EMG-05": (
        f"{_EMERGENCY}emg_05_a_p1_in_the_hotfix_goes_by_no_vote_verdict_waiver_acceptance_or_override",
        "service/emergencies/test_an_emergency_is_decided.py::test_a_p1_in_the_hotfix_is_overridden_by_nobody",
    ),
    "EMG-06": (
        f"{_EMERGENCY}emg_06_a_word_that_was_never_written_stops_the_next_and_is_written_by_nobody_else",
        f"{_LIST}a_word_never_written_is_overdue_and_escalated_and_stops_the_next_with_the_worker_down",
        "service/obligations/test_what_is_late.py::test_with_the_worker_down_for_a_day_it_is_overdue_all_the_same",
    ),
    "LED-01": (
        f"{_VERIFICATION}what_the_owner_of_the_database_changes_is_named",
        f"{_RECORD}what_was_voided_and_counts_again_is_named_and_what_was_silenced_too",
        f"{_RECORD}a_decision_that_is_revived_is_named",
    ),
    "LED-03": (
        f"{_VERIFICATION}a_foreign_key_signs_nothing",
        f"{_VERIFICATION}a_new_entry_is_refused_on_top_of_a_tip_that_was_not_signed",
    ),
    "LED-05": (
        f"{_VERIFICATION}what_the_owner_of_the_database_changes_is_named",
        "service/records/test_case_files.py::test_an_entry_that_is_left_out_is_missed",
    ),
    "LED-06": (
        f"{_RECORD}led_06_without_the_record_nobody_decides_votes_or_waives",
        "service/faults/test_full_disks.py::test_a_full_disk_refuses_and_reading_goes_on",
    ),
    "LED-10": (
        f"{_RECORD}led_10_a_signature_of_one_release_counts_for_no_other",
        f"{_RECORD}a_vote_that_is_moved_to_another_poll_is_named",
        "core/ledger/test_clearance_attestation.py::test_a_verdict_is_no_clearance_and_a_clearance_no_verdict",
        "core/ledger/test_dsse_envelopes.py::test_a_signature_over_one_type_is_none_over_another",
    ),
    "LED-11": (
        "service/records/test_rows_are_recorded.py::test_what_the_doors_write_is_told_of",
        "service/records/test_rows_are_recorded.py::test_each_model_says_how_it_is_recorded_or_stands_in_the_list",
        f"{_MATRIX}looking_writes_nothing",
    ),
    "PRE-01": (
        f"{_JUDGED}a_hostile_name_is_inert_in_every_report",
        "core/reports/test_hostile_names.py::test_any_name_is_inert_everywhere",
        "core/reports/test_hostile_names.py::test_a_build_host_gets_no_command_but_ours",
    ),
    "PRE-02": (
        f"{_AUTHORITY}pre_02_a_name_that_looks_like_anothers_signs_under_its_own_key",
        f"{_SEPARATION}a_role_that_only_looks_like_one_is_none",
        f"{_ROLES}a_name_that_may_mislead_is_flagged_beside_key_and_roles",
    ),
    "PRE-04": (
        f"{_AUTHORITY}pre_04_a_crafted_key_turns_no_act_into_another",
        "service/releases/test_a_release_is_stated.py::test_a_crafted_key_is_no_release",
    ),
    "PRE-05": (
        "service/clearance/test_the_signed_answer.py::test_an_edited_attestation_is_refused",
        "service/records/test_case_files.py::test_a_dissent_that_is_rewritten_is_noticed",
        "service/cli/test_the_gate_of_a_deployment.py::test_an_answer_to_something_else_opens_nothing",
    ),
}
"""The test nodes by case; the first one tries what the others leave."""

_WATCHING = "nothing watches production yet: there is no series, baseline or rollback that could be abused"
NOT_YET: dict[str, str] = dict.fromkeys(("WAT-02", "WAT-03", "WAT-05", "WAT-07"), _WATCHING)
"""Cases about what this service does not do yet, and why."""


def functions_of(path: Path) -> set[str]:
    """Names of the tests in a file."""
    return {node.name for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}


@pytest.mark.shared
def test_every_case_of_the_vector_is_told_or_says_why_not(shared):
    cases = json.loads((shared / "vectors" / "abuse_cases.json").read_text())["cases"]
    assert {case["id"] for case in cases} == TOLD.keys() | NOT_YET.keys()
    assert not TOLD.keys() & NOT_YET.keys()


@pytest.mark.shared
def test_every_case_of_the_table_is_told_or_says_why_not(shared):
    text = (shared / "reliability.md").read_text().partition("## 2. ")[2].partition("\n## 3. ")[0]
    rows = {line.split("|")[1].strip() for line in text.splitlines() if line.startswith("| ")} - {"ID"}
    assert rows
    assert rows <= TOLD.keys() | NOT_YET.keys()


def test_every_story_that_is_named_is_there():
    known: dict[str, set[str]] = {}
    for case, nodes in TOLD.items():
        for node in nodes:
            file, _, name = node.partition("::")
            known.setdefault(file, functions_of(_TESTS / file))
            assert name in known[file], (case, node)


def test_every_story_of_this_folder_tells_of_a_case_or_of_its_kin():
    """Nothing here is forgotten: a story names its case, or the table names the story."""
    named = {node.partition("::")[2] for nodes in TOLD.values() for node in nodes}
    kin = {
        "test_a_replayed_key_with_another_body_votes_nothing",
        "test_a_role_in_one_other_script_is_named_as_it_is",
        "test_a_role_with_letters_of_its_language_votes",
        "test_a_role_or_a_deputy_that_comes_back_by_hand_is_named",
        "test_a_token_lends_nothing_that_it_may_not_do_itself",
        "test_a_vote_that_is_taken_out_is_named_and_a_head_that_is_taken_out_too",
        "test_sod_01_nobody_waives_or_accepts_in_what_they_opened_or_wrote",
        "test_aut_09_an_emergency_is_called_agreed_to_and_lifted_by_nobody_its_author_sends",
        "test_emg_02_a_throttle_is_lifted_in_no_role_that_was_lent_by_who_asked",
        "test_emg_06_an_answer_pays_the_answer_and_no_other_debt",
        "test_sod_05_the_time_to_answer_is_that_of_the_answer",
        "test_what_is_confirmed_for_one_role_gives_no_other_and_is_on_record",
        "test_a_gate_that_another_edition_asks_for_is_not_passed_over",
        "test_a_known_defect_ships_by_two_people",
        "test_a_question_that_names_two_things_is_answered_for_neither",
        "test_a_rulebook_is_agreed_by_three_people",
        "test_a_waiver_of_two_roles_takes_two_people",
        "test_nobody_gets_past_the_people_by_opening_another_release_of_the_same_digest",
        "test_what_came_after_the_gate_was_judged_is_not_passed_over",
        "test_what_was_decided_signed_judged_or_brought_is_not_worded_anew",
        "test_who_wants_the_release_accepts_no_blocker_of_it_nor_sends_somebody",
        "test_a_release_is_not_called_something_lighter_after_it_was_judged",
        "test_once_people_were_asked_no_class_lets_the_gates_decide",
        "test_a_token_makes_no_token_that_outlives_it",
        "test_a_confirmation_ends_with_the_role_of_who_gave_it",
        "test_a_share_of_users_by_another_name_is_not_passed_over",
        "test_other_bytes_and_a_class_that_was_stated_late_have_no_history",
        "test_who_needs_the_release_confirms_none_of_its_conditions_nor_sends_somebody",
        "test_a_lighter_class_is_not_decided_and_the_same_one_is",
        "test_a_confirmation_is_of_one_decision_and_not_of_the_next_one_in_the_same_words",
        "test_the_report_and_the_overview_say_what_the_bytes_were_part_of",
    }
    here = {
        name
        for path in Path(__file__).parent.glob("test_*.py")
        if path != Path(__file__)
        for name in functions_of(path)
        if name.startswith("test_")
    }
    assert here == {name for name in here if name in named | kin}
    assert kin <= here
