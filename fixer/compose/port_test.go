package compose

import (
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
		ports := NewProject(map[string]*File{"compose.yaml": f}).Views("compose.yaml")[0].Ports()
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
