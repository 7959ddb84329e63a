package netpol

import (
	"fmt"
	"iter"
)

// A Connection is the ports on which one end may connect to another.
type Connection struct {
	From, To Endpoint
	Ports    Ports
}

// String is the connection for people: "shop/web → shop/db: TCP 5432".
func (c Connection) String() string { return fmt.Sprintf("%s → %s: %s", c.From, c.To, c.Ports) }

// Connections yields every connection that is allowed, of which one end at least is a pod of
// the cluster: the pods in their order, and with each the others and then the
// addresses outside, as the largest ranges that are treated alike. A pod with itself
// stands for two pods of one workload.
func (c *Cluster) Connections() iter.Seq[Connection] {
	return func(yield func(Connection) bool) {
		outside := c.Outside()
		for _, p := range c.Pods {
			own := Endpoint{Pod: p}
			for _, o := range c.Pods {
				other := Endpoint{Pod: o}
				if ports := c.Ports(own, other); !ports.Empty() && !yield(Connection{own, other, ports}) {
					return
				}
			}
			for _, outward := range []bool{true, false} {
				for _, r := range c.ranges(own, outside, outward) {
					if !yield(r) {
						return
					}
				}
			}
		}
	}
}

// Outside cuts all addresses into ranges of which every policy allows all or nothing.
func (c *Cluster) Outside() []Range {
	var blocks []*Block
	for _, p := range c.Policies {
		blocks = append(blocks, p.blocks()...)
	}
	return partition(blocks)
}

// ranges are the connections of a pod with addresses outside, in one direction.
func (c *Cluster) ranges(own Endpoint, outside []Range, outward bool) []Connection {
	var out []Connection
	for _, r := range outside {
		conn := Connection{From: Endpoint{Addresses: r}, To: own}
		if outward {
			conn.From, conn.To = conn.To, conn.From
		}
		if conn.Ports = c.Ports(conn.From, conn.To); conn.Ports.Empty() {
			continue
		}
		if n := len(out); n > 0 && out[n-1].Ports.Equal(conn.Ports) {
			last := &out[n-1].From.Addresses
			if outward {
				last = &out[n-1].To.Addresses
			}
			if last.Last.Next() == r.First {
				last.Last = r.Last
				continue
			}
		}
		out = append(out, conn)
	}
	return out
}
