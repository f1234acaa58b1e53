"""An Instagram content studio as a Dagster project: from trends to posts, and from what posts did to the next plan.

One folder for each stage of the flow, in the order of the flow. A stage's ``assets.py`` is its Dagster face and is thin;
the other modules of the stage hold the domain and never import dagster.
"""
