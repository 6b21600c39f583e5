"""Checklists as they come: what people confirm beside what is measured. A team adds its own items to them."""

from __future__ import annotations

__all__ = ["SHIPPED"]

SHIPPED: dict[str, tuple[str, ...]] = {
    "roles": (
        "Who is responsible, accountable, supporting, consulted and informed is agreed and shared",
        "Every role has a person, and every critical role a deputy",
        "The communication plan covers before, during and after",
        "Planning, change board, go/no-go and review meetings are in the calendar",
        "The escalation path has contacts and answer times",
    ),
    "planning": (
        "Dates and window are in the shared calendar, free of freezes and overlaps",
        "The scope is approved, and what is left out is written down",
        "Dependencies have an owner and a state each",
        "People and environments are booked for the whole time",
        "Stakeholders have seen the plan and agreed to it",
        "Risks are in the register with owners and mitigations",
    ),
    "entry": (
        "No blocking defect of the previous regression run is open",
        "The test environment passes its smoke run",
        "Test data is loaded and verified",
        "Every story is accepted in staging",
        "The security review is attached where the release touches sign-in, personal data or payment",
        "Test cases are prepared",
    ),
    "environment": (
        "Environments match production in what matters",
        "The code is reviewed, merged and tagged",
        "Capacity, failover and backups are in place",
        "The pipeline stops on a failed gate",
        "Configuration is versioned, and no drift was found",
        "Code, dependencies, access and secrets were scanned",
    ),
    "testing": (
        "The test plan covers unit, integration, user acceptance, performance and security",
        "Entry criteria are met or overridden on record",
        "All planned tests were executed",
        "Defects are triaged and carry a severity",
        "Test data is masked or synthetic",
        "Regression and smoke runs are automated",
        "The test report is signed by quality",
    ),
    "readiness": (
        "The risk review is done",
        "Mitigations are in place",
        "Compliance checks are passed",
        "Testing is complete",
        "No critical defect is open",
        "Documents are up to date",
        "The formal approval is asked for",
    ),
    "approval": (
        "The technical review is done",
        "Risk and compliance have reviewed it",
        "The business has agreed to window and impact",
        "The change record is complete, with rollback plan and window",
        "The go/no-go meeting has its agenda and its people",
        "Those affected know schedule, impact and whom to call",
    ),
    "operations": (
        "Dashboards show what the release changes",
        "Runbooks are published and the team is trained",
        "Backup and recovery were tested",
        "The rollback was rehearsed and timed",
        "Support knows the known issues and their workarounds",
        "On-call is named for the window and the days after",
    ),
    "production": (
        "Test data and test accounts are removed before the system goes into production",
        "Default passwords and keys are replaced",
        "Access to production is held only by those who run it",
        "Whoever deploys did not write what is deployed",
    ),
    "significant-change": (
        "Every requirement that applies is confirmed to hold on each new or changed system",
        "Diagrams, inventories and other documents are up to date",
        "Monitoring, scans and backups cover what is new",
        "Findings that are left open have an owner and a date",
    ),
}
