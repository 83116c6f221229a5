package main

import (
	"fmt"
	"strconv"
	"strings"
)

type article struct {
	name  string
	price string
}

var articles = map[string]*article{
	"A-1001": {"Teapot, blue", "24.90"},
	"A-1002": {"Teapot, red", "26,50"},
}

func parseAmount(text string) (int, error) {
	whole, fraction, _ := strings.Cut(text, ".")
	euros, err := strconv.Atoi(whole)
	if err != nil {
		return 0, fmt.Errorf("amount %q: %w", text, err)
	}
	cents, _ := strconv.Atoi((fraction + "00")[:2])
	return euros*100 + cents, nil
}

func lineTotal(number string, count int) (int, error) {
	cents, err := parseAmount(articles[number].price)
	if err != nil {
		return 0, fmt.Errorf("article %s: %w", number, err)
	}
	return cents * count, nil
}
