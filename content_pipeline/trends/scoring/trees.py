"""The learner behind an outlook: small gradient-boosted trees, deterministic, on one thread.

It is imported only where something is learned. What is learned from what is in ``outlook``.
"""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import threadpool_limits


class Trees:
    """Gradient-boosted trees over those of ``measures`` that vary; a missing measure is a branch of its own.

    The same rows give the same trees.
    """

    def __init__(self, task: Literal["classify", "regress"], measures: Sequence[str]) -> None:
        self._measures = measures
        kind = HistGradientBoostingClassifier if task == "classify" else HistGradientBoostingRegressor
        self._model = kind(
            max_depth=4,
            learning_rate=0.06,
            max_iter=150,
            min_samples_leaf=40,
            max_features=0.4,
            l2_regularization=1.0,
            early_stopping=False,
            random_state=0,
        )
        self._columns: list[str] = []

    def fit(self, rows: pd.DataFrame, target: pd.Series) -> "Trees":
        """Learn the target (true or false to classify, numbers to regress) of rows; return the trees."""
        self._columns = [name for name in self._measures if rows[name].nunique() > 1]
        # Runs share the cores: threads that wait for one another in a loop were seen to make a second of work 45.
        with threadpool_limits(limits=1):
            self._model.fit(rows[self._columns].to_numpy(), target.to_numpy())
        return self

    def predict(self, rows: pd.DataFrame) -> np.ndarray:
        """Return probabilities of the target, or its expected values."""
        x = rows[self._columns].to_numpy()
        with threadpool_limits(limits=1):
            if isinstance(self._model, HistGradientBoostingClassifier):
                return np.asarray(self._model.predict_proba(x)[:, 1])
            return np.asarray(self._model.predict(x))
