package yamldoc

import "fmt"

// An effect says what one operation does to the tree, so that the result can
// be compared with all of it.
type effect struct {
	kind  effectKind
	node  *Node // in the tree before: what is replaced, or what gains or loses a child
	key   string
	index int
	value any // normal

	moved      bool // removed: the comments in it go with it
	start, end int  // removed: the bytes that go
}

type effectKind uint8

const (
	replaced effectKind = iota
	added
	removed
)

// verify compares two versions of a document: they may differ in the effect
// and in nothing else, comments included.
func verify(before, after *Doc, eff effect) error {
	if eff.node == nil {
		if !after.Root.matches(eff.value) {
			return fmt.Errorf("the value reads back as another one")
		}
	} else if err := eff.compare(before.Root, after.Root); err != nil {
		return err
	}
	var cut []span
	switch {
	case eff.kind == replaced && eff.node != nil:
		cut = []span{{eff.node.Start, lineEnd(before.File.Source, eff.node.End)}}
	case eff.kind == removed:
		cut = []span{{eff.start, eff.end}}
	}
	was, err := before.comments(cut)
	if err != nil {
		return err
	}
	for i := range was {
		was[i].cut = was[i].cut && (eff.moved || !was[i].own)
	}
	now, err := after.comments(nil)
	if err != nil {
		return err
	}
	return sameComments(was, now)
}

func (eff *effect) compare(a, b *Node) error {
	if a == eff.node {
		if eff.kind == replaced {
			if !b.matches(eff.value) {
				return fmt.Errorf("%s reads back as another value", a.displayPlace())
			}
			return nil
		}
	}
	if err := sameNode(a, b); err != nil {
		return err
	}
	if a == nil {
		return nil
	}
	want, skip := a.Len(), -1
	if a.Kind == Alias {
		want = 0
	}
	if a == eff.node && eff.kind == removed {
		want--
		skip = eff.index
	}
	plus := a == eff.node && eff.kind == added
	if plus {
		want++
	}
	if got := len(b.Entries()) + len(b.Items()); got != want {
		return fmt.Errorf("%s has %d children, not %d", a.displayPlace(), got, want)
	}
	j := 0
	for i, en := range a.Entries() {
		if i == skip {
			continue
		}
		if err := eff.compare(en.Key, b.Entries()[j].Key); err != nil {
			return err
		}
		if err := eff.compare(en.Value, b.Entries()[j].Value); err != nil {
			return err
		}
		j++
	}
	for i, it := range a.Items() {
		if i == skip {
			continue
		}
		if err := eff.compare(it, b.Items()[j]); err != nil {
			return err
		}
		j++
	}
	if plus {
		ok := false
		if a.Kind == Mapping {
			en := b.Entries()[j]
			ok = en.Key.Kind == Scalar && en.Key.Value == eff.key && en.Key.Tag == strTag && en.Value.matches(eff.value)
		} else {
			ok = b.Items()[j].matches(eff.value)
		}
		if !ok {
			return fmt.Errorf("what was added to %s reads back as another value", a.displayPlace())
		}
	}
	return nil
}

// sameNode compares two nodes without their children.
func sameNode(a, b *Node) error {
	if a == nil || b == nil {
		if a == b || a == nil && b.Null() || b == nil && a.Null() {
			return nil
		}
		return fmt.Errorf("the document became empty, or was")
	}
	switch {
	case a.Kind != b.Kind:
		return fmt.Errorf("%s was a %s and is a %s", a.displayPlace(), a.Kind, b.Kind)
	case a.Tag != b.Tag:
		return fmt.Errorf("%s was of type %s and is %s", a.displayPlace(), a.Tag, b.Tag)
	case a.Value != b.Value:
		return fmt.Errorf("%s was %q and is %q", a.displayPlace(), a.Value, b.Value)
	case a.Anchor() != b.Anchor():
		return fmt.Errorf("%s had the anchor %q and has %q", a.displayPlace(), a.Anchor(), b.Anchor())
	}
	return nil
}
