package compose

import (
	"strconv"
	"strings"

	"github.com/oakum-sec/oakum/fixer/yamldoc"
)

// A Port is one entry of a service's ports or expose, in either form of writing. Its fields
// have the defaults of variables put in.
type Port struct {
	Address   string // of the host that it is published on; "" for all
	Published string // port or range of ports on the host; "" for one that Docker chooses
	Target    string // port or range of ports in the container
	Protocol  string // tcp where nothing else is said

	// Given are address, published and target of the short form as they are written,
	// as many as there are: the target alone is one. nil for the long form, and where
	// a variable holds several of them.
	Given []string

	Setting Setting
}

// Ports returns what a service publishes, of all its parts. An entry whose target
// no one can tell is left out.
func (v View) Ports() []Port { return v.ports("ports") }

// Exposed returns what a service says it listens on for other services (expose), in the
// same way.
func (v View) Exposed() []Port { return v.ports("expose") }

func (v View) ports(key string) []Port {
	var out []Port
	for _, s := range v.List(key) {
		port := shortPort(s.Node.Text())
		if s.Node.Is(yamldoc.Mapping) {
			port = longPort(s.Node)
		}
		if port.Setting = s; port.Target != "" {
			out = append(out, port)
		}
	}
	return out
}

func longPort(n *yamldoc.Node) Port {
	text := func(key string) string {
		value, _ := Expand(n.Get(key).Text())
		return value
	}
	out := Port{Address: text("host_ip"), Published: text("published"), Target: text("target"), Protocol: text("protocol")}
	if out.Protocol == "" {
		out.Protocol = "tcp"
	}
	return out
}

// shortPort reads [ADDRESS:][PUBLISHED:]TARGET[/PROTOCOL].
func shortPort(text string) Port {
	value, _ := Expand(text)
	value, protocol, _ := strings.Cut(value, "/")
	parts := portParts(value)
	out := Port{Target: parts[len(parts)-1], Protocol: "tcp"}
	if protocol != "" {
		out.Protocol = strings.ToLower(protocol)
	}
	if len(parts) > 1 {
		out.Published = parts[len(parts)-2]
	}
	if len(parts) > 2 {
		out.Address = strings.Trim(parts[0], "[]")
	}
	if given := portParts(text); len(given) == len(parts) {
		out.Given = given
	}
	return out
}

// portParts splits the short form at its colons. What stands before the last two of
// them is an address, which may hold more.
func portParts(s string) []string {
	parts := colonParts(s)
	if n := len(parts); n > 3 {
		parts = []string{strings.Join(parts[:n-2], ":"), parts[n-2], parts[n-1]}
	}
	return parts
}

// colonParts splits at colons. Those of variables count for none.
func colonParts(s string) []string {
	var parts []string
	from := 0
	for i := 0; i < len(s); i++ {
		switch {
		case strings.HasPrefix(s[i:], "${"):
			if end := closingBrace(s, i+2); end > 0 {
				i = end
			}
		case s[i] == ':':
			parts = append(parts, s[from:i])
			from = i + 1
		}
	}
	return append(parts, s[from:])
}

// Range returns the first and the last port in the container, which are the same for most
// entries. ok is false where they are no numbers of ports.
func (p Port) Range() (first, last int, ok bool) {
	from, to, _ := strings.Cut(p.Target, "-")
	if first, ok = portNumber(from); !ok {
		return 0, 0, false
	}
	if last, ok = portNumber(to); !ok || last < first {
		last = first
	}
	return first, last, true
}

func portNumber(s string) (n int, ok bool) {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	return n, err == nil && n > 0 && n < 1<<16
}

// Everywhere reports whether the port is published on all interfaces of the host.
func (p Port) Everywhere() bool {
	switch p.Address {
	case "", "0.0.0.0", "::", "*":
		return true
	}
	return false
}

// Variable returns the name of the first variable in the part of the entry that says
// where it is published, "" where none is.
func (p Port) Variable() string {
	if p.Setting.Node.Is(yamldoc.Mapping) {
		for _, key := range []string{"host_ip", "published"} {
			if name := variable(p.Setting.Node.Get(key).Text()); name != "" {
				return name
			}
		}
		return ""
	}
	for i, part := range p.Given {
		if name := variable(part); name != "" && i+1 < len(p.Given) {
			return name
		}
	}
	return ""
}

// AddressVariable returns the variable that holds the address of the host, "" where
// none does.
func (p Port) AddressVariable() string {
	if len(p.Given) == 3 {
		return variable(p.Given[0])
	}
	return variable(p.Setting.Node.Get("host_ip").Text())
}
