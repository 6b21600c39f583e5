"""Records of changes as ``audit change`` takes them."""

SOUND_CHANGE = {
    "type": "normal",
    "requester": "rita",
    "implementer": "ivan",
    "approvals": [
        {
            "by": "quinn",
            "role": "QA Lead",
            "meaning": "approval",
            "name": "Quinn Quality",
            "at": "2026-03-02T09:00:00Z",
            "components": 2,
            "session_first": True,
        }
    ],
    "deployed_at": "2026-03-02T12:00:00Z",
    "security_impact": "none",
    "reason": "fixes the basket",
    "rollback_plan": {"owner": "olga", "minutes": 4, "tested": True},
    "tests_artifact": "sha256:aa",
    "deployed_artifact": "sha256:aa",
}
