"""Why an item stands where it stands: the sum term by term, SHAP of the response term, evidence, sentences. No I/O."""
