"""Scanners of running systems and of infrastructure as code."""

import json

import pytest

from flightrules.evidence.measurement import Notice

BURP = (
    '<?xml version="1.0"?><!DOCTYPE issues [<!ELEMENT issues (issue*)><!ATTLIST issues burpVersion CDATA "">]>'
    '<issues burpVersion="2024.1"><issue><type>1</type><name>XSS</name><host ip="1">http://a</host><path>/x</path>'
    "<severity>High</severity><confidence>Certain</confidence></issue><issue><type>2</type><name>Y</name>"
    "<host>http://a</host><severity>False positive</severity></issue></issues>"
)
NIKTO = (
    '<?xml version="1.0" ?><!DOCTYPE niktoscan SYSTEM "docs/nikto.dtd"><niktoscan><niktoscan version="2.1.6">'
    '<scandetails targethostname="h" targetport="443" starttime="2020-11-14 19:24:57" sitename="https://h:443/" errors="0">'
    '<item id="1" method="GET"><description><![CDATA[No header]]></description><uri><![CDATA[/]]></uri></item>'
    '<statistics elapsed="1" itemsfound="1" itemstested="6953"/></scandetails></niktoscan></niktoscan>'
)
NIKTO_CLEAN = NIKTO[: NIKTO.index("<item")] + NIKTO[NIKTO.index("<statistics") :].replace(
    'found="1"', 'found="0"'
)
NIKTO_JSON = {
    "host": "h", "ip": "1", "port": "443", "banner": "b",
    "vulnerabilities": [{"id": "1", "method": "GET", "url": "/", "msg": "No header"}],
}  # fmt: skip
MATCH = {
    "template-id": "CVE-1", "info": {"name": "n", "severity": "medium", "classification": {"cwe-id": ["cwe-362"]}},
    "type": "http", "host": "h", "matched-at": "h:22", "timestamp": "2022-03-20T22:43:31.231312071-03:00", "matcher-status": True,
}  # fmt: skip
OLD_MATCH = {"templateID": "x", "info": {"name": "n", "severity": "info"}, "matched": "h:1"}
OPENVAS_RESULT = (
    '<result id="1"><name>Old TLS</name><host>1.2.3.4<asset/></host><port>443/tcp</port><nvt oid="1.3"><name>Old TLS</name></nvt>'
    "<threat>{threat}</threat><severity>{score}</severity></result>"
)


def openvas(*results, status="Done", filtered=None, hosts=1):
    listed = "".join(OPENVAS_RESULT.format(threat=threat, score=score) for threat, score in results)
    count = len(results) if filtered is None else filtered
    return (
        '<report id="1" content_type="text/xml"><name>n</name><report_format id="2"/><report id="3"><gmp><version>22</version></gmp>'
        f"<scan_run_status>{status}</scan_run_status><hosts><count>{hosts}</count></hosts><timestamp>2025-08-22T15:00:08+02:00</timestamp>"
        f'<results max="-1" start="1">{listed}</results><result_count>{count}<full>9</full><filtered>{count}</filtered></result_count>'
        "</report></report>"
    )


OPENVAS = openvas(("High", "9.8"), ("Medium", "5.0"), ("Log", "0.0"), ("False Positive", "-1.0"))
OPENVAS_CSV = (
    "IP,Hostname,Port,Port Protocol,CVSS,Severity,NVT Name,NVT OID,Timestamp\n"
    '1.2.3.4,h,443,tcp,9.8,High,"Old\nTLS",1.3.6,2021-05-26T20:50:18Z\n1.2.3.4,h,,,,Log,Seen,1.3.7,\n'
)
NESSUS = (
    '<NessusClientData_v2><Report name="r"><ReportHost name="h"><ReportItem port="443" protocol="tcp" severity="4" pluginID="1" '
    'pluginName="Bad"/><ReportItem port="0" protocol="tcp" severity="0" pluginID="2" pluginName="Seen"/></ReportHost></Report></NessusClientData_v2>'
)
TLS_HEAD = '"id","fqdn/ip","port","severity","finding","cve","cwe"\n'
TLS_ROWS = (
    '"SSLv2","h/1.2.3.4","443","OK","not offered","",""\n"DROWN","h/1.2.3.4","443","HIGH","vulnerable","CVE-1 CVE-2",""\n'
    '"TLS1","h/1.2.3.4","443","LOW","offered","",""\n"overall_grade","h/1.2.3.4","443","CRITICAL","T","",""\n'
    '"final_score","h/1.2.3.4","443","INFO","0","",""\n"engine","h/1.2.3.4","443","WARN","No engine","",""\n'
)
TLS_FLAT = [{"id": "SSLv3", "ip": "h/1", "port": "443", "severity": "MEDIUM", "finding": "offered"},
            {"id": "TLS1_3", "ip": "h/1", "port": "443", "severity": "OK", "finding": "offered"}]  # fmt: skip
TLS_PRETTY = {
    "Invocation": "testssl.sh h", "version": "3.0.8", "openssl": "x", "startTime": "1", "scanTime": 60,
    "scanResult": [{"targetHost": "h", "ip": "1", "port": "443", "protocols": [
        {"id": "SSLv3", "severity": "HIGH", "finding": "offered"}, {"id": "TLS1_3", "severity": "OK", "finding": "offered"}]}],
}  # fmt: skip
KICS = {
    "kics_version": "v2", "files_scanned": 2, "files_parsed": 2, "files_failed_to_scan": 0, "queries_total": 9,
    "queries_failed_to_execute": 0, "total_counter": 2, "severity_counters": {"HIGH": 2},
    "queries": [{"query_name": "q", "query_id": "1", "severity": "HIGH", "files": [
        {"file_name": "a.tf", "line": 1, "similarity_id": "s1"}, {"file_name": "b.tf", "line": 2, "similarity_id": "s2"}]}],
}  # fmt: skip
CHECK = {
    "check_id": "CKV_1",
    "check_name": "n",
    "file_path": "/a.tf",
    "file_line_range": [1, 3],
    "resource": "r",
    "severity": None,
}
CHECKOV = {
    "check_type": "terraform", "summary": {"passed": 1, "failed": 1, "skipped": 1, "parsing_errors": 1},
    "results": {"passed_checks": [CHECK], "failed_checks": [{**CHECK, "severity": "HIGH"}], "skipped_checks": [CHECK], "parsing_errors": ["/b.tf"]},
}  # fmt: skip
TFSEC = {"results": [
    {"rule_id": "AVD-1", "long_id": "aws-x", "severity": "CRITICAL", "description": "d", "status": status, "resource": "r",
     "location": {"filename": "a.tf", "start_line": 1}} for status in (0, 1, 2)
]}  # fmt: skip
KUBESCAPE = {
    "generationTime": "2024-01-02T03:04:05Z", "summaryDetails": {"controls": {"C-1": {"name": "n", "scoreFactor": 8}, "C-2": {"scoreFactor": 3}}},
    "results": [{"resourceID": "apps/x", "controls": [
        {"controlID": "C-1", "name": "n", "status": {"status": "failed"}}, {"controlID": "C-2", "status": {"status": "passed"}},
        {"controlID": "C-2", "status": {"status": "passed", "subStatus": "w/exceptions"}}]}],
}  # fmt: skip
KUBE_BENCH = {"Controls": [{"id": "1", "tests": [{"section": "1.1", "results": [
    {"test_number": "1.1.1", "test_desc": "d", "status": "FAIL"}, {"test_number": "1.1.2", "test_desc": "d", "status": "PASS"},
    {"test_number": "1.1.3", "test_desc": "d", "status": "WARN"}]}]}], "Totals": {}}  # fmt: skip
SAMPLES = [
    ("burp-xml", BURP, {"total": 1, "high": 1, "suppressed": 1}),
    ("nikto-xml", NIKTO, {"total": 1, "unknown": 1}),
    ("nikto-json", NIKTO_JSON, {"total": 1, "unknown": 1}),
    ("nikto-json", [NIKTO_JSON, NIKTO_JSON], {"total": 2, "unknown": 2}),
    ("nuclei", MATCH, {"total": 1, "medium": 1}),
    ("nuclei", [MATCH, MATCH], {"total": 2, "medium": 2}),
    ("nuclei", "\n".join(map(json.dumps, [MATCH, OLD_MATCH, {**MATCH, "matcher-status": False}])), {"total": 2, "medium": 1, "info": 1}),
    ("openvas-xml", OPENVAS, {"total": 3, "critical": 1, "medium": 1, "info": 1, "suppressed": 1}),
    ("openvas-csv", OPENVAS_CSV, {"total": 2, "critical": 1, "info": 1}),
    ("nessus-xml", NESSUS, {"total": 2, "critical": 1, "info": 1}),
    ("testssl-csv", TLS_HEAD + TLS_ROWS, {"total": 4, "high": 2, "low": 1, "unknown": 1}),
    ("testssl-json", TLS_FLAT, {"total": 1, "medium": 1}),
    ("testssl-json", TLS_PRETTY, {"total": 1, "high": 1}),
    ("kics", KICS, {"total": 2, "high": 2}),
    ("checkov", CHECKOV, {"total": 1, "high": 1, "suppressed": 1}),
    ("checkov", [CHECKOV, CHECKOV], {"total": 2, "high": 2, "suppressed": 2}),
    ("tfsec", TFSEC, {"total": 1, "critical": 1, "suppressed": 1}),
    ("kubescape", KUBESCAPE, {"total": 1, "high": 1, "suppressed": 1}),
    ("kube-bench", KUBE_BENCH, {"total": 1, "unknown": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "body", "counts"), SAMPLES)
def test_each_scanner_is_recognised_and_counted(outcome, name, body, counts):
    assert outcome(body) == (name, counts)


@pytest.mark.parametrize(("name", "body", "counts"), SAMPLES)
def test_nothing_but_a_refusal_comes_out_of_a_damaged_report(survives, name, body, counts):
    assert survives(name, body) > 0


CLEAN = {
    "a host without items": (NIKTO_CLEAN, "nikto-xml"),
    "a scanned host without results": (openvas(), "openvas-xml"),
    "a host that Nessus scanned": ('<NessusClientData_v2><Report><ReportHost name="h"/></Report></NessusClientData_v2>', "nessus-xml"),
    "checks that passed": (TLS_HEAD + TLS_ROWS.splitlines()[0] + "\n", "testssl-csv"),
    "files without matches": ({**KICS, "queries": [], "total_counter": 0}, "kics"),
    "resources that passed": ({**CHECKOV, "summary": {}, "results": {"failed_checks": [], "passed_checks": [CHECK]}}, "checkov"),
    "controls that passed": ({**KUBESCAPE, "results": [{"resourceID": "x", "controls": []}]}, "kubescape"),
}  # fmt: skip


@pytest.mark.parametrize("story", CLEAN)
def test_a_scan_that_found_nothing_is_evidence(outcome, story):
    body, name = CLEAN[story]
    found = outcome(body)
    assert found[0] == name
    assert found[1]["total"] == 0


REFUSED = {
    "an export without issues": ('<issues burpVersion="1" exportTime="x"/>', "E_NO_RUNS"),
    "an export with an entity": (BURP.replace("<!ELEMENT", '<!ENTITY a "b"><!ELEMENT'), "E_DTD_FORBIDDEN"),
    "an export cut in the middle": (BURP[:-30], "E_TRUNCATED"),
    "Nikto without a host": ("<niktoscan><niktoscan/></niktoscan>", "E_NO_RUNS"),
    "Nikto without items": ({**NIKTO_JSON, "vulnerabilities": []}, "E_NO_RUNS"),
    "a weakness that is none": ({**MATCH, "info": {**MATCH["info"], "classification": {"cwe-id": ["nvd-cve-other"]}}}, "E_ENUM"),
    "a nuclei line cut in the middle": (json.dumps(MATCH) + "\n" + json.dumps(MATCH)[:50], "E_TRUNCATED"),
    "a scan that was stopped": (openvas(("High", "9.8"), status="Stopped"), "E_PARTIAL"),
    "a scan that still runs": (openvas(status="Running"), "E_PARTIAL"),
    "one page of results": (openvas(("High", "9.8"), filtered=20), "E_PARTIAL"),
    "a scan that reached no host": (openvas(hosts=0), "E_NO_RUNS"),
    "a score in words": (openvas(("High", "very")), "E_NUMBER"),
    "the manager's refusal": ('<get_reports_response status="404" status_text="Failed to find report"/>', "E_SCAN_FAILED"),
    "a table of results without rows": (OPENVAS_CSV.splitlines()[0] + "\n", "E_NO_ROWS"),
    "Nessus without hosts": ("<NessusClientData_v2><Report/></NessusClientData_v2>", "E_NO_RUNS"),
    "a target that could not be reached": (TLS_HEAD + '"scanProblem","h/1","443","FATAL","Can\'t connect","",""\n', "E_SCAN_FAILED"),
    "a TLS scan that was interrupted": ({**TLS_PRETTY, "scanTime": "Scan interrupted"}, "E_PARTIAL"),
    "a TLS check of an unknown level": (TLS_HEAD + '"a","h","443","FINE","x","",""\n', "E_ENUM"),
    "a TLS table without rows": (TLS_HEAD, "E_NO_ROWS"),
    "a TLS report without checks": ({**TLS_PRETTY, "scanResult": []}, "E_NO_RUNS"),
    "KICS over no file": ({**KICS, "queries": [], "files_parsed": 0}, "E_NO_RUNS"),
    "KICS that could parse nothing": ({**KICS, "queries": [], "files_parsed": 0, "files_failed_to_scan": 4}, "E_SCAN_FAILED"),
    "Checkov over nothing it knows": (
        {"passed": 0, "failed": 0, "skipped": 0, "parsing_errors": 0, "resource_count": 0, "checkov_version": "3"}, "E_NO_RUNS"),
    "tfsec without results": ({"results": None}, "E_UNRECOGNISED"),
    "Kubescape over no resource": ({**KUBESCAPE, "results": []}, "E_NO_RUNS"),
    "kube-bench with nothing but warnings": (
        {"Controls": [{"tests": [{"results": [{"test_number": "1", "status": "WARN"}]}]}], "Totals": {}}, "E_NO_RUNS"),
}  # fmt: skip


@pytest.mark.parametrize("story", REFUSED)
def test_refused(outcome, story):
    body, code = REFUSED[story]
    assert outcome(body) == code


LIES = {
    "Nikto's statistics": NIKTO.replace('itemsfound="1"', 'itemsfound="5"'),
    "KICS' counter": {**KICS, "total_counter": 7},
    "Checkov's summary": {**CHECKOV, "summary": {"failed": 4}},
    "OpenVAS' count": openvas(("High", "9.8"), filtered=0),
}


@pytest.mark.parametrize("story", LIES)
def test_a_header_that_disagrees_is_shown_and_not_believed(reading, story):
    assert "W_COUNT_MISMATCH" in {notice.code for notice in reading(LIES[story]).notices}


def test_each_cve_of_a_tls_check_is_a_finding_of_its_own(reading):
    found = reading(TLS_HEAD + TLS_ROWS).records.live
    assert len({one.fingerprint for one in found if one.rule == "DROWN"}) == 2


def test_the_score_and_not_the_word_gives_the_severity(outcome):
    assert outcome(openvas(("High", "9.0")))[1] == {"total": 1, "critical": 1}
    assert outcome(openvas(("High", "8.9")))[1] == {"total": 1, "high": 1}


def test_checks_left_to_people_are_a_warning(reading):
    assert Notice("W_NOT_TESTED", "1 checks are left to people (WARN)") in reading(KUBE_BENCH).notices


def test_an_answer_of_the_manager_is_read_like_the_report_in_it(outcome):
    body = f'<get_reports_response status="200" status_text="OK">{openvas(("Low", "2.0"))}</get_reports_response>'
    assert outcome(body) == ("openvas-xml", {"total": 1, "low": 1})
