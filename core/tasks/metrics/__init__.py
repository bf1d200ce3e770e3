"""How good descriptions and answers are: CIDEr, BLEU-4, ROUGE-L, METEOR, VQA accuracy, all with intervals over photos."""
