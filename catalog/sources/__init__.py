"""The ways into a catalogue, one module each: functions that yield records."""
