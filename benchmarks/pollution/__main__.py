"""`python -m benchmarks.pollution`."""

from benchmarks.pollution.run import main

if __name__ == "__main__":
    main()
