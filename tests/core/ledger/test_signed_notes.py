import pytest
from hypothesis import given
from hypothesis import strategies as st

from flightrules.errors import LedgerError
from flightrules.ledger import base64
from flightrules.ledger.checkpoint import (
    Checkpoint,
    compare_heads,
    parse_checkpoint,
    sign_head,
    verify_anchor,
    verify_checkpoint,
)
from flightrules.ledger.keys import generate_key
from flightrules.ledger.merkle import Tree
from flightrules.ledger.note import NoteKey, named_signers, parse_vkey, sign_note, verify_note
from flightrules.ledger.tiles import (
    entries_path,
    entry_bundle,
    split_bundle,
    tile_index_path,
    tile_path,
    tiles_for_size,
)

ORIGIN = "flightrules.example/checkout"
TEXT = "one line\n\nanother, after a blank one\n"
VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"


def code_of(call, *arguments, **named):
    with pytest.raises(LedgerError) as caught:
        call(*arguments, **named)
    return caught.value.code


def entries(count, start=0):
    return [f"entry {number}".encode() for number in range(start, start + count)]


def test_a_note_says_who_signed_it(ada, ben):
    signed = sign_note(TEXT, [("ada", ada), ("ben", ben)])
    assert signed.startswith(TEXT + "\n\u2014 ada ")
    note = verify_note(signed, [NoteKey("ben", ben.public), NoteKey("ada", ada.public)])
    assert note.text == TEXT
    assert [key.name for key in note.signers] == ["ada", "ben"]
    assert verify_note(signed.encode(), note.signers) == note


def test_unknown_keys_are_passed_over_even_with_a_known_name(ada, ben, mallory):
    signed = sign_note(TEXT, [("mallory", mallory), ("ada", mallory), ("ada", ada)])
    assert [key.key for key in verify_note(signed, [NoteKey("ada", ada.public)]).signers] == [ada.public]
    assert code_of(verify_note, signed, [NoteKey("ben", ben.public)]) == "E_SIGNATURE"
    assert code_of(verify_note, signed, []) == "E_SIGNATURE"


def test_a_known_key_that_fails_refuses_the_whole_note(ada, ben):
    signed = sign_note(TEXT, [("ada", ada), ("ben", ben)])
    damaged = signed.replace("one line", "one lime")
    assert code_of(verify_note, damaged, [NoteKey("ada", ada.public)]) == "E_SIGNATURE"
    other = sign_note("other\n", [("ben", ben)]).splitlines()[-1]
    mixed = sign_note(TEXT, [("ada", ada)]) + other + "\n"
    keys = [NoteKey("ada", ada.public), NoteKey("ben", ben.public)]
    assert code_of(verify_note, mixed, keys) == "E_SIGNATURE"
    assert verify_note(mixed, keys[:1]).text == TEXT


def test_a_key_that_signs_twice_is_one_signer(ada):
    signed = sign_note(TEXT, [("ada", ada)])
    twice = signed + signed.splitlines()[-1] + "\n"
    assert len(verify_note(twice, [NoteKey("ada", ada.public)]).signers) == 1


def test_many_signatures_are_accepted_and_too_many_are_not(ada):
    keys = [(f"witness-{number}", generate_key()) for number in range(40)]
    known = [NoteKey(name, key.public) for name, key in keys]
    assert len(verify_note(sign_note(TEXT, keys), known).signers) == 40
    line = sign_note(TEXT, [("ada", ada)]).splitlines(keepends=True)[-1]
    crowd = f"{TEXT}\n{line * 101}"
    assert code_of(verify_note, crowd, [NoteKey("ada", ada.public)]) == "E_TOO_MANY_ITEMS"


@pytest.mark.parametrize("mark", ["\0", "\t", "\r", "\x1b", "\x1f"])
def test_control_characters_are_neither_signed_nor_accepted(ada, mark):
    assert code_of(sign_note, f"a{mark}b\n", [("ada", ada)]) == "E_CONTROL_CHAR"
    signed = sign_note("a b\n", [("ada", ada)]).replace("a b", f"a{mark}b")
    assert code_of(verify_note, signed, [NoteKey("ada", ada.public)]) == "E_CONTROL_CHAR"


@pytest.mark.parametrize("name", ["", "two words", "a+b", "non\u00a0breaking", "new\nline", "bell\x07"])
def test_a_key_name_has_no_blanks_and_no_plus(ada, name):
    assert code_of(sign_note, TEXT, [(name, ada)]) == "E_MALFORMED"


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("", "E_MALFORMED"),
        ("text\n", "E_MALFORMED"),
        ("text\n\n", "E_MALFORMED"),
        ("text\n\n\u2014 ada AAAAAAAA", "E_MALFORMED"),
        ("text\n\n- ada AAAAAAAA\n", "E_MALFORMED"),
        ("text\n\n\u2014 ada\n", "E_MALFORMED"),
        ("text\n\n\u2014 ada AAAAAA\n", "E_MALFORMED"),
        ("text\n\n\u2014 ada AAAAAB==\n", "E_MALFORMED"),
        ("text\n\n\u2014 ada AAAAAA==\n", "E_MALFORMED"),
        ("text\n\n\u2014 a+a AAAAAAAA\n", "E_MALFORMED"),
        ("text\n\n\u2014 ada AAAAAAAA\nrest\n", "E_MALFORMED"),
        (b"text\n\n\xff\n", "E_ENCODING"),
        ("text \ud800\n\n\u2014 ada AAAAAAAA\n", "E_ENCODING"),
        ("x" * (1 << 20) + "\n\n\u2014 ada AAAAAAAA\n", "E_TOO_LARGE"),
    ],
)
def test_what_is_no_note(ada, note, code):
    assert code_of(verify_note, note, [NoteKey("ada", ada.public)]) == code


def test_who_is_named_below_a_note_is_told_in_order_and_not_verified(ada, ben, mallory):
    signed = sign_note(TEXT, [("ada", ada), ("ben", ben), ("ada", mallory)])
    damaged = signed.replace("one line", "one lime")
    keys = [NoteKey("ada", ada.public), NoteKey("ben", ben.public), NoteKey("ada", mallory.public)]
    assert named_signers(damaged) == [(key.name, key.id) for key in keys]


@pytest.mark.parametrize(
    ("note", "code"),
    [
        ("text\n", "E_MALFORMED"),
        ("text\n\n\u2014 ada AAAAAA==\n", "E_MALFORMED"),
        ("te\0xt\n\n\u2014 ada AAAAAAAA\n", "E_CONTROL_CHAR"),
        ("x" * (1 << 20) + "\n", "E_TOO_LARGE"),
    ],
)
def test_what_is_no_note_names_nobody(note, code):
    assert code_of(named_signers, note) == code


def test_a_note_needs_a_line_end_and_a_signer(ada):
    assert code_of(sign_note, "no line end", [("ada", ada)]) == "E_MALFORMED"
    assert code_of(sign_note, "text\n", []) == "E_MISSING_FIELD"


def test_a_vkey_round_trips_and_binds_name_and_key(ada, ben):
    key = NoteKey(ORIGIN, ada.public)
    assert parse_vkey(key.vkey) == key
    swapped = "+".join([*key.vkey.split("+", 2)[:2], NoteKey(ORIGIN, ben.public).vkey.split("+", 2)[2]])
    assert code_of(parse_vkey, swapped) == "E_KEY"
    assert code_of(parse_vkey, "other" + key.vkey) == "E_KEY"


@pytest.mark.parametrize(
    ("vkey", "code"),
    [
        ("", "E_KEY"),
        ("foo", "E_KEY"),
        ("foo+530d903a", "E_KEY"),
        (VKEY.replace("530d903a", "530D903A"), "E_KEY"),
        (VKEY + "A", "E_KEY"),
        ("foo+530d903a+" + base64.encode(b"\x01" + bytes(5)), "E_KEY"),
        ("foo+530d903a+" + base64.encode(b"\x02" + bytes(32)), "E_ALG"),
        ("foo+530d903a+" + base64.encode(b"\x01" + bytes(32)), "E_KEY"),
    ],
)
def test_what_is_no_vkey(vkey, code):
    assert code_of(parse_vkey, vkey) == code


def test_a_head_is_kept_and_later_shows_that_nothing_was_lost(ada):
    tree = Tree(entries(5))
    head = verify_checkpoint(sign_head(tree, ORIGIN, ada), [NoteKey(ORIGIN, ada.public)], origin=ORIGIN)
    assert head == Checkpoint(ORIGIN, 5, tree.root())
    for entry in entries(7, start=5):
        tree.append(entry)
    verify_anchor(tree, head, origin=ORIGIN)
    newer = verify_checkpoint(
        sign_head(tree, ORIGIN, ada, previous=head), [NoteKey(ORIGIN, ada.public)], origin=ORIGIN
    )
    compare_heads(head, newer, tree.consistency_proof(5))


def test_a_cut_tail_is_found(ada):
    head = Checkpoint(ORIGIN, 5, Tree(entries(5)).root())
    shorter = Tree(entries(4))
    assert code_of(verify_anchor, shorter, head, origin=ORIGIN) == "E_ANCHOR"
    assert code_of(sign_head, shorter, ORIGIN, ada, previous=head) == "E_ANCHOR"
    assert code_of(compare_heads, head, Checkpoint(ORIGIN, 4, shorter.root())) == "E_ANCHOR"


def test_a_fork_is_found(ada):
    head = Checkpoint(ORIGIN, 5, Tree(entries(5)).root())
    forked = Tree([*entries(4), b"a kinder decision"])
    assert code_of(verify_anchor, forked, head, origin=ORIGIN) == "E_DIVERGED"
    assert code_of(sign_head, forked, ORIGIN, ada, previous=head) == "E_DIVERGED"
    assert code_of(compare_heads, head, Checkpoint(ORIGIN, 5, forked.root())) == "E_DIVERGED"
    forked.append(b"more")
    grown = Checkpoint(ORIGIN, 6, forked.root())
    assert code_of(compare_heads, head, grown, forked.consistency_proof(5)) == "E_PROOF"


def test_a_head_of_another_ledger_counts_for_nothing(ada):
    tree = Tree(entries(5))
    foreign = sign_head(tree, "elsewhere.example/log", ada)
    keys = [NoteKey("elsewhere.example/log", ada.public)]
    assert code_of(verify_checkpoint, foreign, keys, origin=ORIGIN) == "E_ORIGIN"
    head = parse_checkpoint(verify_note(foreign, keys).text)
    assert code_of(verify_anchor, tree, head, origin=ORIGIN) == "E_ORIGIN"
    assert code_of(compare_heads, head, Checkpoint(ORIGIN, 5, tree.root())) == "E_ORIGIN"


def test_an_empty_ledger_has_a_head_too(ada):
    text = sign_head(Tree(), ORIGIN, ada)
    head = verify_checkpoint(text, [NoteKey(ORIGIN, ada.public)], origin=ORIGIN)
    assert head.size == 0
    compare_heads(head, Checkpoint(ORIGIN, 3, Tree(entries(3)).root()))


ROOT = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I="


def test_extension_lines_are_kept():
    head = parse_checkpoint(f"a b\n0\n{ROOT}\nmore\n")
    assert (head.origin, head.size, head.extensions) == ("a b", 0, ("more",))
    assert head.text == f"a b\n0\n{ROOT}\nmore\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "E_MALFORMED"),
        (f"o\n1\n{ROOT}", "E_MALFORMED"),
        ("o\n1\n", "E_MALFORMED"),
        (f"\n1\n{ROOT}\n", "E_MALFORMED"),
        (f"o\n1\n{ROOT}\n\n", "E_MALFORMED"),
        (f"o\n01\n{ROOT}\n", "E_NUMBER"),
        (f"o\n-1\n{ROOT}\n", "E_NUMBER"),
        (f"o\n+1\n{ROOT}\n", "E_NUMBER"),
        (f"o\n1.0\n{ROOT}\n", "E_NUMBER"),
        (f"o\n\u0661\n{ROOT}\n", "E_NUMBER"),
        (f"o\n{'9' * 30}\n{ROOT}\n", "E_NUMBER"),
        ("o\n1\nAAAA\n", "E_MALFORMED"),
        ("o\n1\n!!!!\n", "E_MALFORMED"),
        (f"o\n1\n{ROOT[:-2]}J=\n", "E_MALFORMED"),
    ],
)
def test_what_is_no_checkpoint(text, code):
    assert code_of(parse_checkpoint, text) == code


@given(st.integers(0, 400), st.integers(1, 255), st.data())
def test_any_changed_byte_of_a_signed_head_is_noticed(at, change, data):
    key = generate_key()
    note = sign_head(Tree(entries(3)), ORIGIN, key).encode()
    at %= len(note)
    damaged = note[:at] + bytes([note[at] ^ change]) + note[at + 1 :]
    with pytest.raises(LedgerError):
        verify_checkpoint(damaged, [NoteKey(ORIGIN, key.public)], origin=ORIGIN)


@given(st.text(max_size=200) | st.binary(max_size=200))
def test_noise_is_refused_in_order(noise):
    key = NoteKey("ada", generate_key().public)
    with pytest.raises(LedgerError):
        verify_note(noise, [key])
    if isinstance(noise, str):
        with pytest.raises(LedgerError):
            parse_checkpoint(noise)
        with pytest.raises(LedgerError):
            parse_vkey(noise)


@pytest.mark.parametrize(
    ("index", "path"),
    [
        (0, "000"),
        (7, "007"),
        (999, "999"),
        (1000, "x001/000"),
        (1_234_067, "x001/x234/067"),
        (10**9, "x001/x000/x000/000"),
    ],
)
def test_tile_numbers_are_grouped_by_three(index, path):
    assert tile_index_path(index) == path
    assert tile_path(2, index) == f"tile/2/{path}"
    assert entries_path(index, 17) == f"tile/entries/{path}.p/17"


@pytest.mark.parametrize(
    "ask",
    [
        lambda: tile_index_path(-1),
        lambda: tile_path(-1, 0),
        lambda: tile_path(64, 0),
        lambda: tile_path(0, 0, 0),
        lambda: entries_path(0, 257),
        lambda: tiles_for_size(-1),
    ],
)
def test_tiles_outside_the_tree_do_not_exist(ask):
    assert code_of(ask) == "E_RANGE"


@given(st.integers(0, 2**40))
def test_tiles_hold_every_entry_once(size):
    found = tiles_for_size(size)
    assert (found[0].full * 256 + found[0].partial if size else 0) == size
    for level in range(1, len(found)):
        assert found[level].full * 256 + found[level].partial == found[level - 1].full


@given(st.lists(st.binary(max_size=300), max_size=10), st.integers(1, 5))
def test_bundles_of_entries_round_trip_and_notice_a_cut(found, cut):
    bundle = entry_bundle(found)
    assert list(split_bundle(bundle)) == found
    if found and len(found[-1]) >= cut:
        assert code_of(list, split_bundle(bundle[:-cut])) == "E_TRUNCATED"


def test_a_long_entry_is_stored_by_digest_instead():
    assert list(split_bundle(entry_bundle([bytes(65535)]))) == [bytes(65535)]
    assert code_of(entry_bundle, [bytes(65536)]) == "E_FIELD_TOO_LONG"


def run_published(case):
    if case["op"] == "verify_note":
        return bool(verify_note(case["note"], [parse_vkey(case["vkey"])]).signers)
    if case["op"] == "parse_checkpoint":
        head = parse_checkpoint(case["text"])
        return {"origin": head.origin, "size": head.size, "root_b64": base64.encode(head.root)}
    if case["op"] == "tile_index_path":
        return tile_index_path(case["n"])
    assert case["op"] == "tiles_for_size"
    return {
        str(level): {"full": one.full, "partial": one.partial}
        for level, one in tiles_for_size(case["size"]).items()
    }


@pytest.mark.shared
def test_published_notes_checkpoints_and_tiles(vectors):
    cases = vectors("tlog_note_checkpoint_tiles")
    assert cases
    for case in cases:
        if case.get("expected_error") or case["expected"] is False:
            with pytest.raises(LedgerError):
                run_published(case)
        else:
            assert run_published(case) == case["expected"], case["id"]


def test_a_published_vkey_is_understood():
    assert parse_vkey(VKEY).vkey == VKEY
