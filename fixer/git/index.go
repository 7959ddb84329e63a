package git

import (
	"bytes"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
)

// An indexEntry is what git's index knows of a tracked file.
type indexEntry struct {
	mtimeSec, mtimeNano uint32
	size                uint32
	hash                []byte // of the blob as git stores it
	conflict            bool   // in an unfinished merge
	intent              bool   // git add --intent-to-add: no content yet
}

// An index is what an index file of versions 2 to 4 says of some paths.
type index struct {
	entries map[string]indexEntry
	newHash func() hash.Hash

	wanted  map[string]bool
	lengths map[int]bool // of those that are wanted
}

var errIndex = errors.New("the git index is damaged")

// parseIndex reads from its bytes what an index says of the paths. Split indexes are
// refused: the entries lie in another file.
func parseIndex(data []byte, paths []string) (*index, error) {
	if len(data) < 12+sha1.Size || string(data[:4]) != "DIRC" {
		return nil, errIndex
	}
	version := binary.BigEndian.Uint32(data[4:])
	if version < 2 || version > 4 {
		return nil, fmt.Errorf("unknown git index version %d", version)
	}
	ix := &index{entries: map[string]indexEntry{}, newHash: sha1.New, wanted: make(map[string]bool, len(paths)), lengths: map[int]bool{}}
	for _, p := range paths {
		ix.wanted[p], ix.lengths[len(p)] = true, true
	}
	if usesSHA256(data) {
		ix.newHash = sha256.New
	}
	hashLen := ix.newHash().Size()
	if len(data) < 12+hashLen {
		return nil, errIndex
	}
	rest := data[12 : len(data)-hashLen]
	name := []byte{}
	for range binary.BigEndian.Uint32(data[8:]) {
		n, err := ix.entry(rest, version, hashLen, &name)
		if err != nil {
			return nil, err
		}
		rest = rest[n:]
	}
	for len(rest) >= 8 {
		size := binary.BigEndian.Uint32(rest[4:])
		if string(rest[:4]) == "link" {
			return nil, errors.New("split git indexes are not supported")
		}
		if uint64(size) > uint64(len(rest)-8) {
			return nil, errIndex
		}
		rest = rest[8+size:]
	}
	return ix, nil
}

// usesSHA256 distinguishes the two object formats by the checksum at the end.
// With index.skipHash it is all zeros, as many as it is long.
func usesSHA256(data []byte) bool {
	if len(data) < 12+sha256.Size {
		return false
	}
	body, tail := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if bytes.Equal(tail, make([]byte, sha256.Size)) {
		return true
	}
	s := sha256.Sum256(body)
	return bytes.Equal(s[:], tail)
}

// entry parses one entry at the start of b and gives its length. Version 4
// spells a name as a change to the one before, which name carries along.
func (ix *index) entry(b []byte, version uint32, hashLen int, name *[]byte) (int, error) {
	at := 40 + hashLen
	if len(b) < at+2 {
		return 0, errIndex
	}
	e := indexEntry{
		mtimeSec:  binary.BigEndian.Uint32(b[8:]),
		mtimeNano: binary.BigEndian.Uint32(b[12:]),
		size:      binary.BigEndian.Uint32(b[36:]),
		hash:      b[40:at],
	}
	flags := binary.BigEndian.Uint16(b[at:])
	e.conflict = flags&0x3000 != 0
	at += 2
	if flags&0x4000 != 0 && version >= 3 {
		if len(b) < at+2 {
			return 0, errIndex
		}
		e.intent = binary.BigEndian.Uint16(b[at:])&0x2000 != 0
		at += 2
	}
	if version == 4 {
		strip, n := indexVarint(b[at:])
		if n == 0 || strip > uint64(len(*name)) {
			return 0, errIndex
		}
		at += n
		*name = (*name)[:uint64(len(*name))-strip]
	} else {
		*name = (*name)[:0]
	}
	end := bytes.IndexByte(b[at:], 0)
	if end < 0 {
		return 0, errIndex
	}
	*name = append(*name, b[at:at+end]...)
	at += end + 1
	if version < 4 {
		at = (at + 7) &^ 7
		if at > len(b) {
			return 0, errIndex
		}
	}
	if ix.lengths[len(*name)] && ix.wanted[string(*name)] {
		e.conflict = e.conflict || ix.entries[string(*name)].conflict
		ix.entries[string(*name)] = e
	}
	return at, nil
}

// indexVarint reads the offset encoding git uses in packs and in version 4;
// n is 0 when it does not end.
func indexVarint(b []byte) (v uint64, n int) {
	for n < len(b) && n < 9 {
		c := b[n]
		n++
		v |= uint64(c & 0x7f)
		if c&0x80 == 0 {
			return v, n
		}
		v = (v + 1) << 7
	}
	return 0, 0
}
