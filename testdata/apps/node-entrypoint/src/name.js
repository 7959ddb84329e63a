export const name = 'waiter'
