package container

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/api/resource"

	"oakum/fixer"
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
}

// Limits decides how much memory and CPU time to propose.
func (s *Spec) Limits() LimitDecision {
	d := LimitDecision{Decision: Decision{Level: fixer.Review}, Memory: DefaultMemory, CPU: DefaultCPU, CPULimit: DefaultCPULimit}
	if s.requestedMemory().Cmp(resource.MustParse(d.Memory)) > 0 {
		d.Memory = s.MemoryRequest // a limit below the request is refused by the API server
	}
	return d
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
		return errors.New("at least 4Mi: less does not start a container")
	case q.Cmp(*requested) < 0:
		return fmt.Errorf("at least what is requested, %s", requested.String())
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
		return errors.New("at least 1m, the smallest share there is")
	case q.Cmp(resource.MustParse("1000")) > 0:
		return errors.New("at most 1000 processors: 100m is a tenth of one, and Mi is for memory")
	}
	return nil
}
