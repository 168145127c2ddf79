"""Any history of the whole product: who may do what at any moment, and what holds after each step."""
