package main

import "testing"

func TestChecksum(t *testing.T) {
	if got := checksum("Wikipedia"); got != 0x11e60398 {
		t.Errorf("%08x", got)
	}
}
