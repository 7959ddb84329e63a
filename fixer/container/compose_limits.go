package container

import (
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/compose"
)

// reservedMemory is what a service reserves, as a quantity; "" for nothing. Docker refuses
// a limit below it.
func reservedMemory(v compose.View) string {
	text := v.Text("mem_reservation")
	if node := v.Field("deploy", "resources").Node.Get("reservations").Get("memory"); !node.Null() {
		text, _ = compose.Expand(node.Text())
	}
	if n, ok := ComposeBytes(text); ok && n > 0 {
		return strconv.FormatInt(n, 10)
	}
	return ""
}

// ComposeBytes reads an amount of memory as Compose does: 512m, 1.5gb, 64MiB, a number of
// bytes.
func ComposeBytes(text string) (int64, bool) {
	s := strings.ToLower(strings.TrimSpace(text))
	s = strings.TrimSuffix(strings.TrimSuffix(s, "b"), "i")
	unit := int64(1)
	if k := strings.IndexByte("kmgtp", lastByte(s)); s != "" && k >= 0 {
		unit, s = 1<<(10*(k+1)), s[:len(s)-1]
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || n < 0 || n*float64(unit) >= 1<<62 {
		return 0, false
	}
	return int64(n * float64(unit)), true
}

func lastByte(s string) byte {
	if s == "" {
		return 0
	}
	return s[len(s)-1]
}

// ComposeSize writes a quantity as people write one in Compose files: 512m, 2g.
func ComposeSize(quantity string) string {
	n := bytesOf(quantity)
	switch {
	case n%(1<<30) == 0:
		return fmt.Sprintf("%dg", n>>30)
	case n%(1<<20) == 0:
		return fmt.Sprintf("%dm", n>>20)
	}
	return fmt.Sprintf("%db", n)
}

// SharedMemory raises a limit so that there is room beside the shared memory that a service
// asks for, which counts towards it. How much the processes take besides it is not known
// from it: browsers and databases take many times as much.
func (d *LimitDecision) SharedMemory(size string, place string) {
	n, ok := ComposeBytes(size)
	if !ok || n < 128<<20 {
		return
	}
	d.Evidence = append(d.Evidence, fixer.Evidence{Kind: fixer.FromCompose, Place: place, Text: "shm_size is " + size + ", and counts towards the limit"})
	d.Memory = inMebibytes(n + bytesOf(d.Memory))
}

// Raise makes the limit of one container enough for another one that it also applies to.
func (d *LimitDecision) Raise(o LimitDecision) {
	if bytesOf(o.Memory) > bytesOf(d.Memory) {
		d.Memory, d.Known = o.Memory, o.Known
		d.Evidence = append(d.Evidence, o.Evidence...)
	}
}

// ValidComposeMemory accepts a memory limit as Compose writes it.
func (s *Spec) ValidComposeMemory(limit string) error {
	n, ok := ComposeBytes(limit)
	if !ok {
		return fmt.Errorf("an amount like 512m or 2g")
	}
	return s.ValidMemory(resource.NewQuantity(n, resource.BinarySI).String())
}
