package netpol

import (
	"net/netip"
	"slices"
)

// A Range is addresses of one family from First to Last, both included.
type Range struct{ First, Last netip.Addr }

// Everywhere is all addresses, of both families.
func Everywhere() []Range {
	return []Range{rangeOf(netip.MustParsePrefix("0.0.0.0/0")), rangeOf(netip.MustParsePrefix("::/0"))}
}

func rangeOf(p netip.Prefix) Range {
	p = p.Masked()
	bytes := p.Addr().AsSlice()
	for i := range bytes {
		if host := 8*(i+1) - p.Bits(); host >= 8 {
			bytes[i] = 0xff
		} else if host > 0 {
			bytes[i] |= 1<<host - 1
		}
	}
	last, _ := netip.AddrFromSlice(bytes)
	return Range{p.Addr(), last}
}

// Contains reports whether an address is in the range.
func (r Range) Contains(a netip.Addr) bool {
	return a.BitLen() == r.First.BitLen() && r.First.Compare(a) <= 0 && a.Compare(r.Last) <= 0
}

// String is the range for people: a prefix where it is one, else both ends.
func (r Range) String() string {
	if r.First == r.Last {
		return r.First.String()
	}
	for bits := range r.First.BitLen() {
		if p, err := r.First.Prefix(bits); err == nil && rangeOf(p) == r {
			return p.String()
		}
	}
	return r.First.String() + "-" + r.Last.String()
}

// A Block is an ipBlock: the addresses of a prefix without those of others.
type Block struct {
	CIDR   netip.Prefix
	Except []netip.Prefix
}

// Contains reports whether the block allows an address.
func (b *Block) Contains(a netip.Addr) bool {
	return b.CIDR.Contains(a) && !slices.ContainsFunc(b.Except, func(p netip.Prefix) bool { return p.Contains(a) })
}

// everything reports whether the block is all addresses of a family.
func (b *Block) everything() bool { return b.CIDR.Bits() == 0 && len(b.Except) == 0 }

// partition cuts all addresses where one of the blocks begins or ends, so that
// a block holds all of a range or none of it.
func partition(blocks []*Block) []Range {
	starts := []netip.Addr{}
	for _, all := range Everywhere() {
		starts = append(starts, all.First)
	}
	add := func(p netip.Prefix) {
		r := rangeOf(p)
		starts = append(starts, r.First)
		if next := r.Last.Next(); next.IsValid() {
			starts = append(starts, next)
		}
	}
	for _, b := range blocks {
		add(b.CIDR)
		for _, p := range b.Except {
			add(p)
		}
	}
	slices.SortFunc(starts, netip.Addr.Compare)
	starts = slices.Compact(starts)
	out := make([]Range, len(starts))
	for i, first := range starts {
		out[i] = Range{first, rangeOf(netip.PrefixFrom(first, 0)).Last}
		if i+1 < len(starts) && starts[i+1].BitLen() == first.BitLen() {
			out[i].Last = starts[i+1].Prev()
		}
	}
	return out
}
