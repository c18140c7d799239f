"""`turna demo`: a scripted exercise in Hatay, with virtual handsets and everything else real."""
