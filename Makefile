# The same verbs as make.py, for fingers that type `make`.
.PHONY: setup demo check fast lint test bench requirements clean

setup demo check lint test bench requirements clean:
	@python3 make.py $@ $(ARGS)

fast:
	@python3 make.py check --fast
