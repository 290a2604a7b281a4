"""What an adversary, a power cut or a careless client would do."""
