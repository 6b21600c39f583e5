"""Error rate and percentiles of a JMeter table, as a short script takes them with pandas."""

import json
import sys

import pandas as pd

table = pd.read_csv(sys.argv[1])
by_label = table.groupby("label").elapsed.quantile([0.5, 0.95, 0.99]).to_dict()
p95 = table.elapsed.quantile(0.95)
print(json.dumps({"errors": float((~table.success).mean()), "p95": p95, "labels": len(by_label)}))
