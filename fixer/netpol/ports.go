package netpol

import (
	"fmt"
	"slices"
	"strings"
)

// A Protocol is one that a NetworkPolicy can name.
type Protocol uint8

// The protocols.
const (
	TCP Protocol = iota
	UDP
	SCTP
)

// Protocols are all of them.
var Protocols = []Protocol{TCP, UDP, SCTP}

// String is the name as the API writes it.
func (p Protocol) String() string { return [...]string{"TCP", "UDP", "SCTP"}[p] }

// ParseProtocol reads a protocol as the API writes it; nothing at all is TCP.
func ParseProtocol(s string) (Protocol, bool) {
	if s == "" {
		return TCP, true
	}
	for _, p := range Protocols {
		if p.String() == s {
			return p, true
		}
	}
	return 0, false
}

// maxPort is the highest port number. Zero is none.
const maxPort = 65535

// A span is ports from first to last, both included.
type span struct{ first, last int }

// Ports is a set of ports, each of one protocol. The zero value is the empty set.
// Values are never changed.
type Ports struct {
	spans [3][]span // by protocol: sorted, disjoint, not adjacent
}

// AllPorts is every port of every protocol.
func AllPorts() Ports {
	var out Ports
	for _, p := range Protocols {
		out.spans[p] = []span{{1, maxPort}}
	}
	return out
}

// PortRange is the ports of a protocol from first to last, both included.
func PortRange(p Protocol, first, last int) Ports {
	var out Ports
	if first, last = max(first, 1), min(last, maxPort); first <= last {
		out.spans[p] = []span{{first, last}}
	}
	return out
}

// OnePort is a set of one port.
func OnePort(p Protocol, port int) Ports { return PortRange(p, port, port) }

// Union returns the ports that are in one of the sets.
func (s Ports) Union(o Ports) Ports {
	var out Ports
	for _, p := range Protocols {
		out.spans[p] = joinSpans(slices.Concat(s.spans[p], o.spans[p]))
	}
	return out
}

func joinSpans(list []span) []span {
	slices.SortFunc(list, func(a, b span) int { return a.first - b.first })
	var out []span
	for _, s := range list {
		if n := len(out); n > 0 && s.first <= out[n-1].last+1 {
			out[n-1].last = max(out[n-1].last, s.last)
			continue
		}
		out = append(out, s)
	}
	return out
}

// Intersect returns the ports that are in both sets.
func (s Ports) Intersect(o Ports) Ports {
	var out Ports
	for _, p := range Protocols {
		for _, a := range s.spans[p] {
			for _, b := range o.spans[p] {
				if first, last := max(a.first, b.first), min(a.last, b.last); first <= last {
					out.spans[p] = append(out.spans[p], span{first, last})
				}
			}
		}
	}
	return out
}

// Minus returns the ports of s that are not in o.
func (s Ports) Minus(o Ports) Ports {
	rest := Ports{}
	for _, p := range Protocols {
		next := 1
		for _, b := range o.spans[p] {
			if next < b.first {
				rest.spans[p] = append(rest.spans[p], span{next, b.first - 1})
			}
			next = b.last + 1
		}
		if next <= maxPort {
			rest.spans[p] = append(rest.spans[p], span{next, maxPort})
		}
	}
	return s.Intersect(rest)
}

// Empty reports whether no port is in the set.
func (s Ports) Empty() bool { return len(s.spans[TCP])+len(s.spans[UDP])+len(s.spans[SCTP]) == 0 }

// Equal reports whether the sets have the same ports.
func (s Ports) Equal(o Ports) bool {
	for _, p := range Protocols {
		if !slices.Equal(s.spans[p], o.spans[p]) {
			return false
		}
	}
	return true
}

// Has reports whether a port is in the set.
func (s Ports) Has(p Protocol, port int) bool {
	return slices.ContainsFunc(s.spans[p], func(r span) bool { return r.first <= port && port <= r.last })
}

// Ranges are the ports as a rule of a policy names them, sorted.
func (s Ports) Ranges() []Port {
	var out []Port
	for _, p := range Protocols {
		for _, r := range s.spans[p] {
			out = append(out, Port{Protocol: p, First: r.first, Last: r.last})
		}
	}
	return out
}

// String is the set for people: "TCP 80, 8000-8080, UDP 53", "all ports" or "none".
func (s Ports) String() string {
	if s.Empty() {
		return "none"
	}
	if s.Equal(AllPorts()) {
		return "all ports"
	}
	var out []string
	for _, p := range Protocols {
		for i, r := range s.spans[p] {
			word := fmt.Sprint(r.first)
			if r.last > r.first {
				word = fmt.Sprintf("%d-%d", r.first, r.last)
			}
			if i == 0 {
				word = p.String() + " " + word
			}
			out = append(out, word)
		}
	}
	return strings.Join(out, ", ")
}
