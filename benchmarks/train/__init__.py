"""Makes `index/ranking/ranker.json` from the evaluation sets: `python -m benchmarks.train ../shared/eval`.

The features are the engine's own: each set is indexed and every question goes through retrieval and evidence
as it would when asked. Two models are fitted:

- the ranking, by maximum likelihood of the listwise softmax (Cao et al. 2007, "ListNet",
  https://doi.org/10.1145/1273496.1273513) with an L2 penalty; the weights of what can only speak for a
  sentence are kept from being negative, which is what lets them carry over to text of another kind;
- the confidence, by logistic regression, on the scores of rankings that did not see the question.

Everything is decided by folds of whole articles. No seed is needed: nothing is random.
"""
