package compose

import (
	"fmt"
	"slices"
	"testing"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// TestPorts: both forms, as compose-go splits them.
func TestPorts(t *testing.T) {
	for _, c := range []struct {
		entry, address, published, target, protocol string
		given                                       int
	}{
		{`"5432"`, "", "", "5432", "tcp", 1},
		{`5432`, "", "", "5432", "tcp", 1},
		{`"5432:5432"`, "", "5432", "5432", "tcp", 2},
		{`"8000-8010:9000-9010/udp"`, "", "8000-8010", "9000-9010", "udp", 2},
		{`"127.0.0.1:5432:5432"`, "127.0.0.1", "5432", "5432", "tcp", 3},
		{`"127.0.0.1::5432"`, "127.0.0.1", "", "5432", "tcp", 3},
		{`"[::1]:5432:5432/TCP"`, "::1", "5432", "5432", "tcp", 3},
		{`"::1:5432:5432"`, "::1", "5432", "5432", "tcp", 3},
		{`"[::]:5432:5432"`, "::", "5432", "5432", "tcp", 3},
		{`"${PORT:-5432}:5432"`, "", "5432", "5432", "tcp", 2},
		{`"${PORT}:5432"`, "", "", "5432", "tcp", 2},
		{`"${IP:-127.0.0.1}:${PORT:-1}:5432"`, "127.0.0.1", "1", "5432", "tcp", 3},
		{`"${ALL:-127.0.0.1:5432:5432}"`, "127.0.0.1", "5432", "5432", "tcp", 0},
		{`{target: 5432, published: "15432", host_ip: 127.0.0.1}`, "127.0.0.1", "15432", "5432", "tcp", 0},
		{`{target: 53, protocol: udp}`, "", "", "53", "udp", 0},
	} {
		y, err := yamldoc.Parse([]byte("services:\n  a:\n    image: x\n    ports: [" + c.entry + "]\n"))
		if err != nil {
			t.Fatal(err)
		}
		f, err := Parse(y)
		if err != nil {
			t.Fatal(err)
		}
		ports := NewProject(map[string]*File{"compose.yaml": f}, nil).Views("compose.yaml")[0].Ports()
		if len(ports) != 1 {
			t.Errorf("%s: %d ports", c.entry, len(ports))
			continue
		}
		p := ports[0]
		if got, want := []string{p.Address, p.Published, p.Target, p.Protocol}, []string{c.address, c.published, c.target, c.protocol}; !slices.Equal(got, want) || len(p.Given) != c.given {
			t.Errorf("%s: %q, given %q", c.entry, got, p.Given)
		}
	}
}

// TestExposeIsReadAsPortsAre: what a service listens on for others has the forms and variables of
// its ports.
func TestExposeIsReadAsPortsAre(t *testing.T) {
	y, err := yamldoc.Parse([]byte("services:\n  a:\n    image: x\n    expose: [3000, \"${API:-4000}\", \"9000-9002/udp\", \"${NONE}\", web, 70000]\n    ports: [\"80:8080\"]\n"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(y)
	if err != nil {
		t.Fatal(err)
	}
	v := NewProject(map[string]*File{"compose.yaml": f}, nil).Views("compose.yaml")[0]
	var got []string
	for _, p := range v.Exposed() {
		first, last, ok := p.Range()
		got = append(got, fmt.Sprintf("%s %d-%d %s %t", p.Target, first, last, p.Protocol, ok))
	}
	want := []string{"3000 3000-3000 tcp true", "4000 4000-4000 tcp true", "9000-9002 9000-9002 udp true", "web 0-0 tcp false", "70000 0-0 tcp false"}
	if !slices.Equal(got, want) {
		t.Errorf("expose is\n%q, want\n%q", got, want)
	}
}

// TestOneInterfaceIsNotAllInterfaces: an address of one interface counted as all of them where a
// password was missing.
func TestOneInterfaceIsNotAllInterfaces(t *testing.T) {
	for address, want := range map[string]bool{"": true, "0.0.0.0": true, "::": true, "*": true, "127.0.0.1": false, "::1": false, "localhost": false, "10.0.0.7": false} {
		if got := (Port{Address: address}).Everywhere(); got != want {
			t.Errorf("%q is on all interfaces: %t", address, got)
		}
	}
}
