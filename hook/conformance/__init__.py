"""The conformance kit: drives any interaction hook from outside, and judges it. Shares no code."""
