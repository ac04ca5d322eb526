"""The rules searched backwards: which configuration or damage explains what an endpoint did."""

from reports.diagnosis.diagnosing import (
    Diagnosis,
    DiagnosisDocument,
    Explanation,
    ExplanationDocument,
    diagnose,
)
from reports.diagnosis.evidence import Judged

__all__ = [
    "Diagnosis",
    "DiagnosisDocument",
    "Explanation",
    "ExplanationDocument",
    "Judged",
    "diagnose",
]
