/** Links, provisioning and loadctl's reports point at these; they never change. */
export const LOAD_UID = "saleproof-load-test"
export const SHOP_UID = "saleproof-shop"
export const INFLUX_UID = "saleproof-influxdb"
export const PROMETHEUS_UID = "saleproof-prometheus"
