package container

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/image"
	"github.com/oakum-sec/oakum/fixer/text"
)

// What is proposed where nothing is known of what a program needs.
const (
	DefaultMemory   = "512Mi"
	DefaultCPU      = "100m"
	DefaultCPULimit = "500m"
)

// A LimitDecision is about the memory and the CPU time that a container gets.
type LimitDecision struct {
	Decision
	Memory        string // limit, never below what the file requests
	CPU, CPULimit string
	// Known says that the memory rests on something that is known of the program,
	// and is not the default for all.
	Known bool
}

// Limits decides how much memory and CPU time to propose: more than the program is
// told to take, and what the image is known to need.
func (s *Spec) Limits() LimitDecision {
	d := LimitDecision{Decision: Decision{Level: fixer.Review}, Memory: DefaultMemory, CPU: DefaultCPU, CPULimit: DefaultCPULimit}
	need := int64(0)
	raise := func(bytes int64, evidence fixer.Evidence) {
		d.Evidence = append(d.Evidence, evidence)
		if d.Known = true; bytes > need {
			need = bytes
		}
	}
	if e := s.Image.Program(); e != nil && e.Memory.Minimum != "" {
		q := resource.MustParse(e.Memory.Minimum)
		raise(q.Value(), fixer.ImageEvidence(e.Evidence(image.FieldMemory)))
	}
	for _, a := range s.askedMemory() {
		raise(withHeadroom(a.bytes, a.share), a.evidence)
	}
	if q := s.requestedMemory(); q.Sign() > 0 {
		d.Known = true
		need = max(need, q.Value())
	}
	if need > bytesOf(d.Memory) {
		d.Memory = inMebibytes(need)
		if q := s.requestedMemory(); q.Value() == need {
			d.Memory = s.MemoryRequest // a limit below the request is refused by the API server
		}
	}
	if s.Accelerator.Text != "" && !d.Known {
		d.manual("Measure the memory that the container takes under load (`kubectl top pod`), then set a limit well above it. What works on an accelerator loads its models and data into memory first, mostly many gigabytes")
		d.Evidence = append(d.Evidence, s.Accelerator)
	}
	return d
}

// An asked memory is what the file tells a program to take.
type askedMemory struct {
	bytes    int64
	share    float64 // which part of the whole that is at most, for the rest of the process
	evidence fixer.Evidence
}

// askedMemory finds the sizes of heaps, buffers and caches that the command line
// and the variables give to the program.
func (s *Spec) askedMemory() []askedMemory {
	var out []askedMemory
	add := func(source, place string) {
		for _, f := range memoryForms() {
			for _, m := range f.expr.FindAllStringSubmatch(source, -1) {
				if n, ok := sizeOf(m[len(m)-1], f.unit); ok {
					out = append(out, askedMemory{bytes: n, share: f.share, evidence: fixer.Evidence{Kind: s.Kind, Place: place, Text: short(strings.TrimSpace(m[0]), 60) + " is set"}})
				}
			}
		}
	}
	add(" "+strings.Join(s.words(), " "), s.Place)
	for _, one := range s.Settings {
		if strings.HasPrefix(one.Name, "m") && len(one.Name) == 2 {
			add("-X"+one.Name+one.Value, one.Place)
		} else {
			add(" --"+one.Name+"="+one.Value, one.Place)
		}
	}
	for _, v := range s.Env {
		if v.Known {
			add(" "+v.Name+"="+v.Value, v.Place)
		}
	}
	return out
}

// A memoryForm is a way to tell a program how much memory to take.
type memoryForm struct {
	expr  *text.Pattern
	unit  int64   // of a number without a unit
	share float64 // see askedMemory
}

// Sizes end in the last group. The shares leave room for what is beside the heap:
// threads, code and native buffers of a JVM, the connections of a database.
var memoryForms = sync.OnceValue(func() []memoryForm {
	const size = `([0-9]+(?:\.[0-9]+)?[kmgtKMGT]?i?[bB]?)`
	form := func(expr string, unit int64, share float64) memoryForm {
		return memoryForm{expr: text.MustCompile(expr), unit: unit, share: share}
	}
	return []memoryForm{
		form(`-Xm[sx]`+size+`\b`, 1, 0.75),
		form(`-XX:(?:MaxHeapSize|InitialHeapSize)=`+size+`\b`, 1, 0.75),
		form(`-XX:(?:MaxDirectMemorySize|MaxMetaspaceSize)=`+size+`\b`, 1, 0.5),
		form(`--max[-_]old[-_]space[-_]size[= ]`+size+`\b`, 1<<20, 0.75),
		form(`\bGOMEMLIMIT=`+size+`\b`, 1, 0.9),
		form(`\bshared_buffers[= ]+`+size+`\b`, 8<<10, 0.4),
		form(`--innodb[-_]buffer[-_]pool[-_]size[= ]`+size+`\b`, 1, 0.7),
		form(`--maxmemory[= ]`+size+`\b`, 1, 0.7),
		form(`--wiredTigerCacheSizeGB[= ]`+size+`\b`, 1<<30, 0.5),
		form(`(?:\bmemcached\b.* |^ )(?:-m|--memory-limit)[= ]`+size+`\b`, 1<<20, 0.8),
		form(`(?:^| )-s[= ]?(?:\w+=)?(?:malloc|default),`+size+`\b`, 1, 0.7),
		form(`\bVARNISH_SIZE=`+size+`\b`, 1, 0.7),
		form(`\b[A-Z_]*(?:CACHE|BUFFER|HEAP|MEMORY)[A-Z_]*_(?:MB|MIB)=`+size+`\b`, 1<<20, 0.75),
		form(`\bMSSQL_MEMORY_LIMIT_MB=`+size+`\b`, 1<<20, 0.8),
		form(`\b(?:HEAP_NEWSIZE|MAX_HEAP_SIZE|HEAP_SIZE|JVM_XMX|JAVA_XMX|MAX_HEAP|MEMORY_SIZE|MAX_MEMORY|MEMORY_MAX|INIT_MEMORY|JAVA_MEMORY|JVM_MEMORY|SERVER_MEMORY)=`+size+`\b`, 1<<20, 0.75),
		form(`\bMEMORY=([0-9]+(?:\.[0-9]+)?[kmgtKMGT]i?[bB]?)\b`, 1, 0.75), // with a unit, else it may be anything
		form(`(?i)\b(?:NEO4J_[a-z_]*memory_(?:heap|pagecache)_[a-z_.]*size)=`+size+`\b`, 1, 0.5),
	}
})

// sizeOf reads a size as these programs write it: powers of 1024 whatever the unit.
func sizeOf(s string, unit int64) (int64, bool) {
	s = strings.TrimRight(strings.ToLower(s), "bi")
	if s == "" {
		return 0, false
	}
	if k := strings.IndexByte("kmgt", s[len(s)-1]); k >= 0 {
		unit, s = 1<<(10*(k+1)), s[:len(s)-1]
	}
	n, err := strconv.ParseFloat(s, 64)
	if bytes := n * float64(unit); err == nil && bytes >= 1<<20 && bytes < 1<<44 {
		return int64(bytes), true
	}
	return 0, false
}

// withHeadroom is the whole of which a size is at most the given share, and at
// least 128 MiB more.
func withHeadroom(bytes int64, share float64) int64 {
	return max(int64(float64(bytes)/share), bytes+128<<20)
}

// inMebibytes rounds up to a size that people write.
func inMebibytes(bytes int64) string {
	step := int64(64 << 20)
	if bytes >= 1<<30 {
		step = 256 << 20
	}
	mib := int64(math.Ceil(float64(bytes)/float64(step))) * step >> 20
	if mib%1024 == 0 {
		return strconv.FormatInt(mib/1024, 10) + "Gi"
	}
	return strconv.FormatInt(mib, 10) + "Mi"
}

func bytesOf(quantity string) int64 {
	q := resource.MustParse(quantity)
	return q.Value()
}

func (s *Spec) requestedMemory() *resource.Quantity {
	q, err := resource.ParseQuantity(s.MemoryRequest)
	if err != nil {
		return &resource.Quantity{}
	}
	return &q
}

// ValidMemory accepts a memory limit for the container.
func (s *Spec) ValidMemory(limit string) error {
	q, err := resource.ParseQuantity(limit)
	switch requested := s.requestedMemory(); {
	case err != nil:
		return errors.New("a quantity like 512Mi or 2Gi")
	case q.Cmp(resource.MustParse("4Mi")) < 0:
		return errors.New("at least 4Mi (a container does not start with less)")
	case q.Cmp(*requested) < 0:
		return fmt.Errorf("at least the memory request, %s", requested.String())
	}
	return nil
}

// ValidCPU accepts an amount of CPU time.
func ValidCPU(amount string) error {
	q, err := resource.ParseQuantity(amount)
	switch {
	case err != nil:
		return errors.New("a quantity like 100m or 2")
	case q.Cmp(resource.MustParse("1m")) < 0:
		return errors.New("at least 1m, the smallest amount")
	case q.Cmp(resource.MustParse("1000")) > 0:
		return errors.New("at most 1000 CPUs (100m is a tenth of a CPU, Mi is for memory)")
	}
	return nil
}
